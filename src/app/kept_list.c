#include "kept_list.h"

#include "experiment_parts.h"
#include "file.h"
#include "kept_settings.h"
#include "mem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- names ----

static void model_name(const struct experiment_plan *plan, int k, char out[EXPERIMENT_NAME]) {
    const struct net_spec *spec = &plan->recipe[k].spec;
    if (*plan->name[k])
        memcpy(out, plan->name[k], EXPERIMENT_NAME);
    else
        snprintf(out, EXPERIMENT_NAME, "%.20s %d", net_cell(spec)->title, spec->hidden);
}

int kept_find_model(const struct kept_summary *summary, const char *model, struct err *err) {
    if (!model && summary->models == 1) return 0;
    struct str names = {0};
    for (int k = 0; k < summary->models; k++) {
        char number[12];
        snprintf(number, sizeof number, "%d", k + 1);
        if (model && (!strcmp(model, summary->model[k]) || !strcmp(model, number))) {
            str_release(&names);
            return k;
        }
        str_printf(&names, "%s%d “%s”", k > 0 ? ", " : "", k + 1, summary->model[k]);
    }
    err_set(err, ERR_USAGE, "%.200s: expected one of its models (%.200s), found %.60s", summary->name, names.data,
            model ? model : "none");
    str_release(&names);
    return -1;
}

// ---- the list ----

bool kept_summary_read(const char *folder, struct kept_summary *out, struct err *err) {
    struct kept_settings settings;
    *out = (struct kept_summary){0};
    snprintf(out->folder, sizeof out->folder, "%s", folder);
    for (size_t end = strlen(out->folder); end > 1 && out->folder[end - 1] == '/'; end--)
        out->folder[end - 1] = 0;
    out->name = file_name(out->folder);
    out->changed = run_changed(folder);
    if (!kept_settings_load(folder, &settings, &out->err)) {
        if (err) *err = out->err;
        return false;
    }
    const char *data = *settings.plan.setup.task ? settings.plan.setup.task : settings.data_name;
    str_line(data, strlen(data), out->data, sizeof out->data);
    out->models = settings.plan.models;
    out->other = settings.other;
    out->in_use = run_locked(folder);
    for (int k = 0; k < out->models; k++) {
        model_name(&settings.plan, k, out->model[k]);
        out->weights[k] = settings.weights[k];
        out->end[k] = kept_end_read(folder, k);
    }
    return true;
}

static int newest_first(const void *a, const void *b) {
    const struct kept_summary *x = a, *y = b;
    if (x->changed != y->changed) return x->changed > y->changed ? -1 : 1;
    return strcmp(x->folder, y->folder);
}

bool experiments_list(const char *home, struct kept_list *out, struct err *err) {
    char usual[RUN_FOLDER_PATH];
    *out = (struct kept_list){0};
    if (!home && !run_home(usual))
        return err_set(err, ERR_IO, "expected HOME or XDG_DATA_HOME to say where experiments are kept, found neither");
    if (!home) home = usual;
    struct run_names names = run_names_read(home, err);
    if (names.count < 0) return false;
    out->items = mem_array((size_t)names.count + 1, sizeof *out->items);
    for (int i = 0; out->items && i < names.count; i++) {
        char folder[RUN_FOLDER_PATH];
        run_path(home, -1, names.names[i], folder);
        kept_summary_read(folder, &out->items[i], NULL); // one that is damaged stands in the list and says so
    }
    if (out->items) out->count = names.count;
    run_names_free(&names);
    if (!out->items) return err_set(err, ERR_MEMORY, "no memory for the list of experiments");
    if (out->count > 1) qsort(out->items, (size_t)out->count, sizeof *out->items, newest_first);
    for (int i = 0; i < out->count; i++)
        out->items[i].name = file_name(out->items[i].folder);
    return true;
}

void kept_list_release(struct kept_list *list) {
    mem_free(list->items);
    *list = (struct kept_list){0};
}

// ---- one of them ----

bool experiment_rename_kept(const char *folder, const char *name, char to[RUN_FOLDER_PATH], struct err *err) {
    char path[RUN_FOLDER_PATH];
    int lock = run_lock(folder, err);
    bool good = lock >= 0 && run_rename(folder, name, path, err);
    run_unlock(lock);
    if (good && to) memcpy(to, path, sizeof path);
    return good;
}

bool experiment_delete_kept(const char *folder, struct err *err) {
    if (!run_folder_exists(folder)) return err_at(err, ERR_IO, folder, 0, 0, "expected a kept experiment, found none");
    int lock = run_lock(folder, err);
    bool good = lock >= 0 && run_remove(folder, err);
    run_unlock(lock);
    return good;
}

// ---- curves ----

static bool load_run(struct kept_runs *runs, const struct kept_settings *settings, int k, struct err *err) {
    struct kept_curve *curve = &runs->curve[k];
    struct run_look *run = &runs->run[k];
    const struct kept_at all = {INT64_MAX, INT64_MAX};
    if (!kept_curve_read(runs->folder, k, all, curve, &runs->remarks, err)) return false;
    int64_t before = 0;
    for (int i = 0; i < curve->check_count; i++) {
        struct run_check *check = &curve->checks[i];
        if (check->update <= curve->count) check->train_loss = run_mean_loss(curve->points, before, check->update);
        before = check->update;
    }
    *run = (struct run_look){.recipe = settings->plan.recipe[k],
                             .weights = (size_t)settings->weights[k],
                             .points = curve->points,
                             .point_count = curve->count,
                             .checks = curve->checks,
                             .check_count = curve->check_count,
                             .rate = NAN};
    model_name(&settings->plan, k, run->name);
    return true;
}

struct kept_runs *kept_runs_load(const char *folder, struct err *err) {
    struct kept_settings settings;
    if (!kept_settings_load(folder, &settings, err)) return NULL;
    struct kept_runs *runs = mem_need(1, sizeof *runs);
    snprintf(runs->folder, sizeof runs->folder, "%s", folder);
    runs->name = file_name(runs->folder);
    bool good = true;
    for (; good && runs->models < settings.plan.models; runs->models += good)
        good = load_run(runs, &settings, runs->models, err);
    if (good) return runs;
    kept_runs_free(runs);
    return NULL;
}

void kept_runs_free(struct kept_runs *runs) {
    if (!runs) return;
    for (int k = 0; k < runs->models; k++)
        kept_curve_release(&runs->curve[k]);
    str_release(&runs->remarks);
    mem_free(runs);
}
