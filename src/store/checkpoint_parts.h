#pragma once
// The parts of a checkpoint, each with its writer and its reader: what the model is, its tensors, the state of a run,
// and the symbols. Private to the checkpoint's files. Readers name the file in err; nothing they made needs releasing
// by the caller of a part but what hangs on the struct checkpoint.

#include "checkpoint.h"
#include "safetensors.h"

#include <jansson.h>

enum { CHECKPOINT_FORMAT = 1 };

// checkpoint_spec.c: metadata "unroll", or what tensors say without it.
char *spec_text(const struct net_spec *spec); // JSON, to be freed with free(); NULL when memory ran out
bool spec_find(const struct tensor_file *file, const struct net_spec *spec_if_missing, struct net_spec *spec,
               const char *path, struct err *err);

// checkpoint_tensors.c: parameters in PyTorch's names and shapes.
// Every tensor of the layout is there in its shape, and no other but those of a run's state.
bool tensors_check(const struct tensor_file *file, const struct layout *layout, const char *path, struct err *err);
void tensors_read(const struct tensor_file *file, struct model *model); // after tensors_check()
bool tensors_write(struct tensor_writer *writer, const struct model *model, const char *path, struct err *err);
// One slab's copy of a parameter under another name, with one bias a cell.
bool tensor_check(const struct tensor *tensor, const struct param *param, const char *name, const char *path,
                  struct err *err);
void tensor_read(const struct tensor *tensor, const struct param *param, float *slab);
bool tensor_write(struct tensor_writer *writer, const struct param *param, const char *name, const float *slab,
                  const char *path, struct err *err);

// checkpoint_state.c: everything under "training".
bool state_is_tensor(const struct layout *layout, const char *name);
bool state_write(struct tensor_writer *writer, const struct model *model, const struct checkpoint_state *state,
                 const char *path, struct err *err);
bool state_read(const struct tensor_file *file, struct checkpoint *checkpoint, const char *path, struct err *err);
void state_release(struct checkpoint_state *state);

// checkpoint_words.c: metadata "vocabulary" and "labels", with "tokens" and "label_tokens": how they cut text.
bool words_write(struct tensor_writer *writer, const struct net_spec *spec, const struct vocabulary *vocabulary,
                 const struct vocabulary *labels, const char *path, struct err *err);
bool words_read(const struct tensor_file *file, const struct net_spec *spec, struct checkpoint *checkpoint,
                const char *path, struct err *err);

// Shared: JSON from metadata with its error, and metadata from JSON (text is taken over; NULL: no memory).
json_t *meta_parse(const char *text, const char *key, const char *path, struct err *err);
bool meta_put(struct tensor_writer *writer, const char *key, char *text, const char *path, struct err *err);
