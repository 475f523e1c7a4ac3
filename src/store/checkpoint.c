#include "checkpoint.h"

#include "checkpoint_parts.h"
#include "mem.h"

#include <stdlib.h>

json_t *meta_parse(const char *text, const char *key, const char *path, struct err *err) {
    json_error_t why;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (!json)
        err_at(err, ERR_FORMAT, path, 0, 0, "metadata \"%s\" is not valid JSON at its byte %d", key, why.position);
    return json;
}

bool meta_put(struct tensor_writer *writer, const char *key, char *text, const char *path, struct err *err) {
    if (!text) return err_at(err, ERR_MEMORY, path, 0, 0, "no memory to write the model's %s", key);
    tensor_writer_meta(writer, key, text);
    free(text); // jansson's
    return true;
}

bool checkpoint_save(const char *path, const struct model *model, const struct vocabulary *vocabulary,
                     struct err *err) {
    return checkpoint_save_whole(path, &(struct checkpoint_content){.model = model, .vocabulary = vocabulary}, err);
}

bool checkpoint_save_state(const char *path, const struct model *model, const struct vocabulary *vocabulary,
                           const struct checkpoint_state *state, struct err *err) {
    return checkpoint_save_whole(
        path, &(struct checkpoint_content){.model = model, .vocabulary = vocabulary, .state = state}, err);
}

bool checkpoint_save_whole(const char *path, const struct checkpoint_content *content, struct err *err) {
    const struct model *model = content->model;
    struct tensor_writer *writer = tensor_writer_new();
    bool good = meta_put(writer, "unroll", spec_text(&model->layout.spec), path, err) &&
                words_write(writer, &model->layout.spec, content->vocabulary, content->labels, path, err) &&
                tensors_write(writer, model, path, err);
    good = good && (!content->state || state_write(writer, model, content->state, path, err));
    good = good && tensor_writer_save(writer, path, err);
    tensor_writer_free(writer);
    return good;
}

// The layout is only a list of names and shapes: memory for the parameters is asked for when the file has
// them all.
static bool load(struct checkpoint *checkpoint, const struct tensor_file *file, const char *path,
                 const struct net_spec *spec_if_missing, struct err *err) {
    struct net_spec spec;
    struct layout layout;
    struct err why;
    if (!spec_find(file, spec_if_missing, &spec, path, err)) return false;
    if (!layout_init(&layout, &spec, &why)) return err_at(err, why.code, path, 0, 0, "%s", why.message);
    bool good = tensors_check(file, &layout, path, err);
    layout_release(&layout);
    if (!good || !words_read(file, &spec, checkpoint, path, err)) return false;
    if (!model_init(&checkpoint->model, &spec, &why)) return err_at(err, why.code, path, 0, 0, "%s", why.message);
    tensors_read(file, &checkpoint->model);
    return true;
}

// Takes the file over, also on failure.
static bool load_owned(struct checkpoint *checkpoint, struct tensor_file *file, const char *path,
                       const struct net_spec *spec_if_missing, bool with_state, struct err *err) {
    bool good = load(checkpoint, file, path, spec_if_missing, err);
    good = good && (!with_state || state_read(file, checkpoint, path, err));
    tensor_file_release(file);
    if (!good) checkpoint_release(checkpoint);
    return good;
}

static bool load_file(struct checkpoint *checkpoint, const char *path, const struct net_spec *spec_if_missing,
                      bool with_state, struct err *err) {
    *checkpoint = (struct checkpoint){0};
    struct tensor_file file;
    return tensor_file_read(&file, path, err) && load_owned(checkpoint, &file, path, spec_if_missing, with_state, err);
}

bool checkpoint_parse(struct checkpoint *checkpoint, const char *name, const void *bytes, size_t size,
                      const struct net_spec *spec_if_missing, struct err *err) {
    *checkpoint = (struct checkpoint){0};
    struct tensor_file file;
    return tensor_file_parse(&file, name, bytes, size, err) &&
           load_owned(checkpoint, &file, name, spec_if_missing, true, err);
}

bool checkpoint_load(struct checkpoint *checkpoint, const char *path, const struct net_spec *spec_if_missing,
                     struct err *err) {
    return load_file(checkpoint, path, spec_if_missing, false, err);
}

bool checkpoint_finite(const struct checkpoint *checkpoint, const char *path, struct err *err) {
    const struct layout *layout = &checkpoint->model.layout;
    int bad = model_not_finite(layout, checkpoint->model.params);
    if (bad < 0) return true;
    return err_set(err, ERR_VALUE, "%s: expected finite weights, found NaN or infinity in the tensor %s", path,
                   layout->params[bad].name);
}

bool checkpoint_load_state(struct checkpoint *checkpoint, const char *path, struct err *err) {
    return load_file(checkpoint, path, NULL, true, err);
}

void checkpoint_release(struct checkpoint *checkpoint) {
    model_release(&checkpoint->model);
    vocabulary_release(&checkpoint->vocabulary);
    vocabulary_release(&checkpoint->labels);
    state_release(&checkpoint->state);
}

const struct vocabulary *checkpoint_outputs(const struct checkpoint *checkpoint) {
    return checkpoint->labels.count > 0 ? &checkpoint->labels : &checkpoint->vocabulary;
}
