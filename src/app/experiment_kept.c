#include "experiment_kept.h"

#include "check.h"
#include "experiment_parts.h"
#include "file.h"
#include "kept_checkpoint.h"
#include "kept_settings.h"
#include "mem.h"
#include "str.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WAITING_MOST = 64 << 20, TITLE = 90 }; // bytes of lines that wait for a disk with room; of a name
enum { FILE_UPDATES, FILE_CHECKS, FILES };
static const char *const file_names[FILES] = {"updates.jsonl", "checks.jsonl"};

struct kept_model {
    int64_t size[FILES];
    struct str waiting[FILES]; // lines that are not written yet
    double best;               // lowest validation loss that best.safetensors was written for; NaN = none
};
struct kept {
    struct mutex *mutex;
    // under the mutex
    char folder[RUN_FOLDER_PATH];
    char wished[RUN_FOLDER_PATH]; // a name to take when the writing at hand is over; "" = none
    bool busy;                    // the worker writes in the folder
    int64_t written;              // update of the last checkpoint; -1 = none
    struct err trouble;           // not said yet
    bool named;                   // the folder was given; else another free name will do
    // the worker's
    struct kept_settings settings;
    bool begun, over;     // the folder is made; it is gone
    struct err last_said; // of the trouble at hand
    int lock;
    int64_t branch, update; // of the run that was seen last
    struct kept_model model[EXPERIMENT_MODELS];
    kept_saver *save; // or NULL
    void *save_context;
    // set before the worker begins
    struct experiment_plan plan;
    struct run_start *start;    // or NULL
    struct kept_common *common; // or NULL
    struct kept_curve curve[EXPERIMENT_MODELS];
    struct str remarks;
};

// ---- writing, by the worker ----

static bool same_trouble(const struct err *a, const struct err *b) {
    return a->code == b->code && !strcmp(a->message, b->message) && !strcmp(a->file, b->file);
}

static bool begin(struct kept *kept, const struct run_keep *keep, const char *folder, struct err *err) {
    struct kept_settings *settings = &kept->settings;
    if (kept->begun) return true;
    if (run_folder_exists(folder)) return err_at(err, ERR_VALUE, folder, 0, 0, "there is a run in this folder already");
    if (!run_folder_make(folder, kept->plan.models, err)) return false;
    if (kept->lock < 0 && (kept->lock = run_lock(folder, err)) < 0) return false;
    settings->data = dataset_fingerprint(keep->data);
    snprintf(settings->data_name, sizeof settings->data_name, "%s", keep->data->name);
    for (int k = 0; k < kept->plan.models; k++)
        settings->weights[k] = (int64_t)keep->run[k].model->layout.weights;
    return kept->begun = kept_settings_save(folder, settings, err);
}

static void put_branch(struct kept *kept, int64_t from) {
    kept->branch++;
    for (int k = 0; k < kept->plan.models; k++)
        for (int f = 0; f < FILES; f++)
            kept_put_branch(&kept->model[k].waiting[f], kept->branch, from);
}

static void put_lines(struct kept *kept, const struct run_keep *keep) {
    if (kept->update > keep->from) put_branch(kept, keep->from);
    kept->update = keep->update;
    for (int k = 0; k < kept->plan.models; k++) {
        struct kept_model *model = &kept->model[k];
        for (int64_t i = 0; i < keep->update - keep->from; i++)
            kept_put_point(&model->waiting[FILE_UPDATES], keep->from + i + 1, &keep->run[k].points[i]);
        if (keep->run[k].check) kept_put_check(&model->waiting[FILE_CHECKS], keep->run[k].check);
    }
}

static bool write_lines(struct kept *kept, const char *folder, struct err *err) {
    for (int k = 0; k < kept->plan.models; k++)
        for (int f = 0; f < FILES; f++) {
            struct str *waiting = &kept->model[k].waiting[f];
            char path[RUN_FOLDER_PATH];
            run_path(folder, k, file_names[f], path);
            if (waiting->size > 0 && !run_append(path, &kept->model[k].size[f], waiting->data, waiting->size, err))
                return false;
            str_clear(waiting);
        }
    return true;
}

static bool write_checkpoint(struct kept *kept, const struct run_keep *keep, int k, const char *path, struct err *err) {
    const struct model *model = keep->run[k].model;
    const struct checkpoint_content content = {
        .model = model, .vocabulary = &keep->data->vocabulary, .labels = &keep->data->labels};
    struct str mark = {0};
    kept_put_mark(&mark, kept->branch, kept_sum(&model->layout, &keep->run[k].state));
    bool good = kept->save ? kept->save(kept->save_context, path, mark.data, err)
                           : kept_save_checkpoint(path, &content, &keep->run[k].state, mark.data, err);
    str_release(&mark);
    return good;
}

static bool write_checkpoints(struct kept *kept, const struct run_keep *keep, const char *folder, struct err *err) {
    char path[RUN_FOLDER_PATH];
    for (int k = 0; k < kept->plan.models; k++) {
        run_path(folder, k, run_places[RUN_WRITTEN], path);
        if (!write_checkpoint(kept, keep, k, path, err)) return false;
    }
    return run_turn(folder, kept->plan.models, err);
}

static bool write_best(struct kept *kept, const struct run_keep *keep, const char *folder, struct err *err) {
    for (int k = 0; k < kept->plan.models; k++) {
        const struct run_check *check = keep->run[k].check;
        double *best = &kept->model[k].best;
        if (!check || isnan(check->valid_loss) || check->valid_loss >= *best) continue;
        char path[RUN_FOLDER_PATH];
        run_path(folder, k, run_best, path);
        if (!write_checkpoint(kept, keep, k, path, err)) return false;
        *best = check->valid_loss;
    }
    return true;
}

// Lines go first, and the best: a checkpoint that is there has all that led to it.
static bool write_all(struct kept *kept, const struct run_keep *keep, const char *folder, struct err *err) {
    return begin(kept, keep, folder, err) && write_lines(kept, folder, err) && write_best(kept, keep, folder, err) &&
           write_checkpoints(kept, keep, folder, err);
}

// A folder that somebody removed is not waited for, nor a disk that stays full for so long.
static void give_up_if_gone(struct kept *kept, const char *folder, struct err *err) {
    size_t waiting = 0;
    for (int k = 0; k < kept->plan.models; k++)
        for (int f = 0; f < FILES; f++)
            waiting += kept->model[k].waiting[f].size;
    bool gone = kept->begun && !run_folder_exists(folder);
    kept->over = gone || waiting > WAITING_MOST;
    if (gone) err_at(err, ERR_IO, folder, 0, 0, "the folder is gone: training goes on, and nothing more is kept");
    for (int k = 0; kept->over && k < kept->plan.models; k++)
        for (int f = 0; f < FILES; f++)
            str_release(&kept->model[k].waiting[f]);
}

static void rename_now(struct kept *kept, struct err *err) { // under the mutex
    char to[RUN_FOLDER_PATH];
    kept->named = true;
    if (!kept->begun || run_rename(kept->folder, file_name(kept->wished), to, err))
        memcpy(kept->folder, kept->wished, sizeof kept->folder);
    kept->wished[0] = 0;
}

// "dinosaurs LSTM, GRU"
static void title(const struct experiment_plan *plan, char out[TITLE]) {
    struct str words = {0};
    const char *data = *plan->setup.task ? plan->setup.task : *plan->setup.data ? file_name(plan->setup.data) : "names";
    str_put_n(&words, data, strcspn(data, ".:"));
    for (int k = 0; k < plan->models; k++) {
        const struct net_spec *spec = &plan->recipe[k].spec;
        str_put(&words, k > 0 ? ", " : " ");
        if (*plan->name[k])
            str_put(&words, plan->name[k]);
        else
            str_printf(&words, "%s %d", net_cell(spec)->title, spec->hidden);
    }
    str_line(words.data, words.size, out, TITLE);
    for (char *c = out; *c; c++)
        if (*c == '/') *c = '-';
    if (*out == '.') *out = '-';
    str_release(&words);
}

// Another run may have taken the name in the meantime.
static void choose_folder(struct kept *kept) { // under the mutex
    char name[TITLE];
    if (kept->begun || kept->named || !run_folder_exists(kept->folder)) return;
    size_t home = (size_t)(file_name(kept->folder) - kept->folder);
    kept->folder[home > 0 ? home - 1 : 0] = 0;
    char path[RUN_FOLDER_PATH];
    title(&kept->plan, name);
    run_free_path(kept->folder, name, path);
    memcpy(kept->folder, path, sizeof path);
}

// The same trouble at every checkpoint is said once.
static void say_trouble(struct kept *kept, const struct err *err) { // under the mutex
    if (!same_trouble(&kept->last_said, err)) kept->trouble = *err;
    kept->last_said = *err;
}

bool kept_write(struct kept *kept, const struct run_keep *keep) {
    if (kept->over) return false;
    put_lines(kept, keep);
    if (keep->update == 0) return true; // nothing is lost yet: a run that does not begin leaves no folder
    char folder[RUN_FOLDER_PATH];
    mutex_lock(kept->mutex);
    choose_folder(kept);
    kept->busy = true;
    memcpy(folder, kept->folder, sizeof folder);
    mutex_unlock(kept->mutex);
    struct err err = {0}, renaming = {0};
    bool good = write_all(kept, keep, folder, &err);
    if (!good) give_up_if_gone(kept, folder, &err);
    mutex_lock(kept->mutex);
    kept->busy = false;
    if (good) kept->written = keep->update;
    if (*kept->wished) rename_now(kept, &renaming);
    if (!good || renaming.code != ERR_NONE)
        say_trouble(kept, good ? &renaming : &err);
    else
        kept->last_said = (struct err){0};
    mutex_unlock(kept->mutex);
    return good;
}

static bool on_keep(void *context, const struct run_keep *keep, struct err *err) {
    (void)err;
    kept_write(context, keep);
    return true; // whatever became of it, training goes on
}

// ---- life ----

static struct kept *make(const struct kept_settings *settings, const char *folder) {
    struct kept *kept = mem_need(1, sizeof *kept);
    kept->mutex = mutex_new();
    kept->settings = *settings;
    kept->plan = settings->plan;
    kept->plan.keeper = (struct run_keeper){on_keep, kept};
    kept->lock = -1;
    kept->written = -1;
    kept->branch = 1;
    for (int k = 0; k < EXPERIMENT_MODELS; k++)
        kept->model[k].best = NAN;
    snprintf(kept->folder, sizeof kept->folder, "%s", folder);
    return kept;
}

struct kept *kept_new(const struct experiment_plan *plan, const char *folder, struct err *err) {
    struct kept_settings settings = {.plan = *plan};
    char path[RUN_FOLDER_PATH], home[RUN_FOLDER_PATH], name[TITLE];
    settings.plan.keeper = (struct run_keeper){0};
    settings.plan.start = NULL;
    if (folder && run_folder_exists(folder)) {
        err_at(err, ERR_VALUE, folder, 0, 0, "there is a run in this folder already");
        return NULL;
    }
    if (!folder && !run_home(home)) {
        err_set(err, ERR_IO, "expected HOME or XDG_DATA_HOME to say where experiments are kept, found neither");
        return NULL;
    }
    if (!folder) {
        title(plan, name);
        run_free_path(home, name, path);
    }
    struct kept *kept = make(&settings, folder ? folder : path);
    kept->named = folder != NULL;
    return kept;
}

static void let_go(struct kept *kept) {
    if (kept->common) kept_common_release(kept->common, kept->plan.models);
    mem_free(kept->common);
    kept->common = NULL;
    for (int k = 0; k < kept->plan.models; k++)
        kept_curve_release(&kept->curve[k]);
    mem_free(kept->start);
    kept->start = NULL;
    kept->plan.start = NULL;
}

void kept_begun(struct kept *kept) {
    for (int k = 0; k < kept->plan.models; k++)
        kept->curve[k].check_count = 0; // what they own is the experiment's
    let_go(kept);
}

void kept_free(struct kept *kept) {
    if (!kept) return;
    let_go(kept);
    for (int k = 0; k < EXPERIMENT_MODELS; k++)
        for (int f = 0; f < FILES; f++)
            str_release(&kept->model[k].waiting[f]);
    run_unlock(kept->lock);
    mutex_free(kept->mutex);
    str_release(&kept->remarks);
    mem_free(kept);
}

// ---- opening ----

static bool pad_curve(struct kept_curve *curve, int64_t update) {
    const struct run_point none = {NAN, NAN, NAN, NAN, 0, 0};
    if (update > curve->room) {
        struct run_point *more =
            mem_grow(curve->points, (size_t)curve->room * sizeof *more, (size_t)update * sizeof *more);
        if (!more) return false;
        curve->points = more;
        curve->room = update;
    }
    while (curve->count < update)
        curve->points[curve->count++] = none;
    return true;
}

// Files are cut to what the checkpoint has, and the curves read up to there.
static bool open_model(struct kept *kept, int k, struct kept_at at, struct err *err) {
    struct kept_curve *curve = &kept->curve[k];
    struct kept_model *model = &kept->model[k];
    char path[RUN_FOLDER_PATH];
    if (!kept_curve_read(kept->folder, k, at, curve, &kept->remarks, err)) return false;
    if (curve->count < at.update)
        str_printf(&kept->remarks, "%sOf model %d the numbers of %lld updates are missing.",
                   kept->remarks.size > 0 ? " " : "", k + 1, (long long)(at.update - curve->count));
    if (!pad_curve(curve, at.update))
        return err_set(err, ERR_MEMORY, "no memory for %lld updates", (long long)at.update);
    model->size[FILE_UPDATES] = curve->updates_size;
    model->size[FILE_CHECKS] = curve->checks_size;
    model->best = curve->best;
    for (int f = 0; f < FILES; f++) {
        run_path(kept->folder, k, file_names[f], path);
        if (!run_cut(path, model->size[f], err)) return false;
    }
    return true;
}

static void make_start(struct kept *kept) {
    const struct kept_common *common = kept->common;
    struct run_start *start = kept->start = mem_need(1, sizeof *start);
    start->update = common->at.update;
    start->data = kept->settings.data;
    for (int k = 0; k < kept->plan.models; k++) {
        const struct checkpoint *from = &common->checkpoint[k];
        start->run[k].points = kept->curve[k].points;
        start->run[k].checks = kept->curve[k].checks;
        start->run[k].check_count = kept->curve[k].check_count;
        start->run[k].size = from->model.layout.size;
        start->run[k].state = (struct snapshot){.update = from->state.updates,
                                                .rng = from->state.random,
                                                .params = from->model.params,
                                                .m = from->state.slab[CHECKPOINT_M],
                                                .v = from->state.slab[CHECKPOINT_V]};
    }
    kept->plan.start = start;
    kept->branch = common->at.branch;
    kept->update = kept->written = common->at.update;
}

static bool find_common(struct kept *kept, struct err *err) {
    struct kept_common *common = mem_need(1, sizeof *common);
    enum kept_found found = kept_find(kept->folder, kept->plan.models, common, &kept->remarks, err);
    if (found == KEPT_FOUND)
        kept->common = common;
    else
        mem_free(common);
    return found != KEPT_DAMAGED;
}

// Killed before its first checkpoint was whole, a run begins anew.
static bool open_run(struct kept *kept, struct err *err) {
    const char *folder = kept->folder;
    if ((kept->lock = run_lock(folder, err)) < 0) return false;
    const struct kept_at none = {1, -1};
    bool good = find_common(kept, err) && run_folder_make(folder, kept->plan.models, err);
    const struct kept_common *common = kept->common;
    for (int k = 0; good && k < kept->plan.models; k++)
        good = (common ? run_settle(folder, k, common->place[k], err) : run_forget(folder, k, err)) &&
               open_model(kept, k, common ? common->at : none, err);
    if (good && common) make_start(kept);
    kept->begun = true;
    return good;
}

struct kept *experiment_open_kept(const char *folder, struct err *err) {
    struct kept_settings settings;
    if (!kept_settings_load(folder, &settings, err)) return NULL;
    struct kept *kept = make(&settings, folder);
    if (open_run(kept, err)) return kept;
    kept_free(kept);
    return NULL;
}

// ---- looking ----

const struct experiment_plan *kept_plan(const struct kept *kept) {
    return &kept->plan;
}

const char *kept_remarks(const struct kept *kept) {
    return str_text(&kept->remarks);
}

bool kept_has_other_options(const struct kept *kept) {
    return kept->settings.other;
}

void kept_look(struct kept *kept, struct kept_state *out) {
    mutex_lock(kept->mutex);
    memcpy(out->folder, kept->folder, sizeof out->folder);
    out->update = kept->written;
    mutex_unlock(kept->mutex);
    out->name = file_name(out->folder);
}

bool kept_trouble(struct kept *kept, struct err *err) {
    mutex_lock(kept->mutex);
    *err = kept->trouble;
    kept->trouble = (struct err){0};
    mutex_unlock(kept->mutex);
    return err->code != ERR_NONE;
}

bool kept_rename(struct kept *kept, const char *name, struct err *err) {
    char to[RUN_FOLDER_PATH];
    struct err why = {0};
    if (!run_name_check(name, err)) return false;
    mutex_lock(kept->mutex);
    snprintf(to, sizeof to, "%.*s%s", (int)(file_name(kept->folder) - kept->folder), kept->folder, name);
    if (strcmp(to, kept->folder) != 0 && file_exists(to)) {
        err_set(&why, ERR_VALUE, "“%s” is taken", name);
    } else {
        memcpy(kept->wished, to, sizeof kept->wished);
        if (!kept->busy) rename_now(kept, &why);
    }
    mutex_unlock(kept->mutex);
    if (why.code != ERR_NONE && err) *err = why;
    return why.code == ERR_NONE;
}

// ---- of `unroll train` ----

void kept_save_by(struct kept *kept, kept_saver *save, void *context) {
    kept->save = save;
    kept->save_context = context;
}

bool kept_set_options(struct kept *kept, const struct recipe *recipe, bool other, struct err *err) {
    kept->settings.plan.recipe[0] = kept->plan.recipe[0] = *recipe;
    kept->settings.other = other;
    return !kept->begun || kept_settings_save(kept->folder, &kept->settings, err);
}
