#include "command.h"
#include "kept_list.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static json_t *model_json(const struct kept_summary *s, int k) {
    const struct kept_end *end = &s->end[k];
    return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o}", "name", s->model[k], "weights", (json_int_t)s->weights[k],
                     "updates", (json_int_t)end->update, "train_loss", json_number(end->train_loss), "validation_loss",
                     json_number(end->valid_loss), "accuracy", json_number(end->accuracy));
}

static json_t *experiment_json(const struct kept_summary *s) {
    if (s->err.code != ERR_NONE)
        return json_pack("{s:s, s:s, s:s}", "name", s->name, "folder", s->folder, "error", s->err.message);
    json_t *models = json_array();
    for (int k = 0; k < s->models; k++)
        json_array_append_new(models, model_json(s, k));
    return json_pack("{s:s, s:s, s:s, s:I, s:b, s:o}", "name", s->name, "folder", s->folder, "data", s->data, "changed",
                     (json_int_t)s->changed, "in_use", s->in_use, "models", models);
}

static void print_loss(const char *before, double loss) {
    if (isfinite(loss))
        printf("%s%.4f", before, loss);
    else
        printf("%s-", before);
}

static void print_experiment(const struct kept_summary *s) {
    printf("%s\n", s->name);
    if (s->err.code != ERR_NONE) {
        printf("    cannot be opened: %s\n", s->err.message);
        return;
    }
    for (int k = 0; k < s->models; k++) {
        printf("    %-20s %s, %lld weights, update %lld", s->model[k], s->data, (long long)s->weights[k],
               (long long)s->end[k].update);
        print_loss(", loss ", s->end[k].train_loss);
        print_loss(", validation ", s->end[k].valid_loss);
        printf("%s\n", s->in_use ? ", being trained" : "");
    }
}

static int run_experiments(const struct command *command, int argc, char **argv) {
    struct common common = {0};
    const struct option *tables[] = {option_common(&common)};
    const char *home[1] = {NULL};
    int status, count = command_parse(command, tables, 1, argc, argv, home, 1, &common, &status);
    if (count < 0) return status;
    struct err err = {0};
    struct kept_list list;
    if (!experiments_list(home[0], &list, &err)) return command_fail(&err);
    json_t *json = json_array();
    for (int i = 0; i < list.count; i++) {
        if (common.json)
            json_array_append_new(json, experiment_json(&list.items[i]));
        else
            print_experiment(&list.items[i]);
    }
    if (common.json)
        command_json(json_pack("{s:O}", "experiments", json));
    else if (list.count == 0 && !common.quiet)
        printf("no experiments are kept yet\n");
    json_decref(json);
    kept_list_release(&list);
    return 0;
}

const struct command command_experiments = {
    "experiments", "[FOLDER]", "Lists the experiments that are kept, the newest first: models, updates, losses.",
    run_experiments, "FOLDER: where to look; else where the window keeps them ($XDG_DATA_HOME/unroll/experiments)."};
