#pragma once
// A model as a PyTorch module: model.py, which needs torch alone, and model.safetensors beside it. The module is
// written from a template (assets/pytorch_model.py), a Python file with marks:
//   #? WORD !WORD ...   the lines up to the matching "#." are kept where every word holds (with '!': does not hold)
//   @NAME@              is replaced by a value
// Words: single or pair (encoder-decoder), symbols or real, embed, once (one answer a sequence), softmax sigmoid
// linear, own (a cell that torch.nn lacks), the cell's name, tuple (last states are a tuple).

#include "checkpoint.h"

// The module's text, to be released with str_release(). Fails (ERR_FORMAT) where the template has marks that do not
// match or a name that is not known, and says at which line; `name` stands in messages.
struct str;
bool pytorch_module(const struct net_spec *spec, const char *name, const char *template, struct str *out,
                    struct err *err);
// Makes the folder and saves both files in it, each whole or not at all.
bool pytorch_export(const struct checkpoint *checkpoint, const char *name, const char *template, const char *folder,
                    struct err *err);
