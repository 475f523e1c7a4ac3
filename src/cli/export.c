#include "assets.h"
#include "checkpoint.h"
#include "command.h"
#include "file.h"
#include "kept_list.h"
#include "pytorch.h"
#include "trace_input.h"
#include <stdio.h>
#include <string.h>

enum { TEMPLATE_MAX = 1 << 20 };

// What the model options say of a file that another program wrote; the rest is read off its tensors.
static struct net_spec said(const struct model_words *model) {
    return (struct net_spec){.cell = (enum cell_id)model->cell,
                             .activation = (enum activation)model->activation,
                             .kind = words_kind(model),
                             .layers = model->layers,
                             .hidden = model->hidden,
                             .directions = model->bidirectional ? 2 : 0};
}

static bool export_model(const char *model, const struct net_spec *spec, const char *folder, struct err *err) {
    char template[ASSET_PATH];
    struct checkpoint checkpoint = {0};
    struct bytes bytes = {0};
    bool good = checkpoint_load(&checkpoint, model, spec, err) && asset_find("pytorch_model.py", template, err) &&
                file_read(template, TEMPLATE_MAX, &bytes, err) &&
                pytorch_export(&checkpoint, template, bytes.data, folder, err);
    bytes_release(&bytes);
    checkpoint_release(&checkpoint);
    return good;
}

// The newest checkpoint of a model of a kept run; a file as it stands.
static bool checkpoint_of(const char *path, const char *model, char out[RUN_FOLDER_PATH], struct err *err) {
    struct kept_summary summary;
    if (!file_is_directory(path)) {
        snprintf(out, RUN_FOLDER_PATH, "%s", path);
        return !model || err_set(err, ERR_USAGE, "--model: %.200s is not the folder of a kept run", path);
    }
    if (!kept_summary_read(path, &summary, err)) return false;
    int k = kept_find_model(&summary, model, err);
    if (k >= 0) run_path(path, k, run_places[RUN_NEWEST], out);
    return k >= 0;
}

static int run_export(const struct command *command, int argc, char **argv) {
    static const char *const targets[] = {"pytorch", NULL};
    struct common common = {0};
    struct model_words model = model_words_default();
    const char *out = NULL, *name = NULL;
    char path[RUN_FOLDER_PATH];
    int to = -1;
    arrays_model_unknown(&model);
    const struct option own[] = {{"to", OPTION_CHOICE, &to, "pytorch", "what to write", targets},
                                 {"out", OPTION_TEXT, &out, "DIR", "the folder of model.py and model.safetensors"},
                                 {"model", OPTION_TEXT, &name, "NAME", "which model of a kept run: its name or number"},
                                 {0}};
    const struct option *tables[] = {own, option_model(&model), option_common(&common)};
    const char *positional[1];
    int status, count = command_parse(command, tables, 3, argc, argv, positional, 1, &common, &status);
    if (count < 0) return status;
    struct err err = {0};
    struct net_spec spec = said(&model);
    bool good = (count > 0 ||
                 err_set(&err, ERR_USAGE, "expected a model (.safetensors) or the folder of a kept run, found none")) &&
                (to >= 0 || err_set(&err, ERR_USAGE, "--to: expected pytorch, found none")) &&
                ((out && *out) || err_set(&err, ERR_USAGE, "--out: expected a folder, found none")) &&
                checkpoint_of(positional[0], name, path, &err) && export_model(path, &spec, out, &err);
    if (!good) return command_fail(&err);
    if (common.json)
        command_json(json_pack("{s:s, s:[s,s]}", "out", out, "files", "model.py", "model.safetensors"));
    else if (!common.quiet)
        printf("%s: model.py and model.safetensors; \"python3 model.py\" there shows the module\n", out);
    return 0;
}

const struct command command_export = {"export", "(M.safetensors | FOLDER [--model NAME]) --to pytorch --out DIR",
                                       "Writes a model as a PyTorch module: readable Python and its weights.",
                                       run_export};
