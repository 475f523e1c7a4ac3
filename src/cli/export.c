#include "assets.h"
#include "checkpoint.h"
#include "command.h"
#include "file.h"
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

static int run_export(const struct command *command, int argc, char **argv) {
    static const char *const targets[] = {"pytorch", NULL};
    struct common common = {0};
    struct model_words model = model_words_default();
    const char *out = NULL;
    int to = -1;
    arrays_model_unknown(&model);
    const struct option own[] = {{"to", OPTION_CHOICE, &to, "pytorch", "what to write", targets},
                                 {"out", OPTION_TEXT, &out, "DIR", "the folder of model.py and model.safetensors"},
                                 {0}};
    const struct option *tables[] = {own, option_model(&model), option_common(&common)};
    const char *positional[1];
    int status, count = command_parse(command, tables, 3, argc, argv, positional, 1, &common, &status);
    if (count < 0) return status;
    struct err err = {0};
    struct net_spec spec = said(&model);
    bool good = (count > 0 || err_set(&err, ERR_USAGE, "expected a model (.safetensors), found none")) &&
                (to >= 0 || err_set(&err, ERR_USAGE, "--to: expected pytorch, found none")) &&
                ((out && *out) || err_set(&err, ERR_USAGE, "--out: expected a folder, found none")) &&
                export_model(positional[0], &spec, out, &err);
    if (!good) return command_fail(&err);
    if (common.json)
        command_json(json_pack("{s:s, s:[s,s]}", "out", out, "files", "model.py", "model.safetensors"));
    else if (!common.quiet)
        printf("%s: model.py and model.safetensors; \"python3 model.py\" there shows the module\n", out);
    return 0;
}

const struct command command_export = {"export", "M.safetensors --to pytorch --out DIR",
                                       "Writes a model as a PyTorch module: readable Python and its weights.",
                                       run_export};
