// Experiments that are kept: whatever happens to the program or to the files, a run opens again at a checkpoint, and
// going on from there is, bit for bit, the run that was never interrupted.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "experiment_kept.h"
#include "experiments.h"
#include "folder.h"
#include "kept_checkpoint.h"
#include "kept_lines.h"
#include "mem.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

// --- a kept experiment as the window has it ---

struct open_run {
    struct kept *kept;
    struct experiment *e;
};

static struct open_run begin(struct kept *kept) {
    struct open_run run = {kept, experiment_new(kept_plan(kept), NULL, NULL)};
    kept_begun(kept);
    return run;
}

static struct open_run keep(const struct experiment_plan *plan, const char *folder) {
    struct err err = {0};
    struct kept *kept = kept_new(plan, folder, &err);
    if (!kept) fail_msg("%s", err.message);
    return begin(kept);
}

static struct kept *reopen_kept(const char *folder) {
    struct err err = {0};
    struct kept *kept = experiment_open_kept(folder, &err);
    if (!kept) fail_msg("%s: %s", err.file, err.message);
    return kept;
}

static struct open_run reopen(const char *folder) {
    return begin(reopen_kept(folder));
}

static void leave(struct open_run *run) {
    experiment_free(run->e);
    struct err err;
    if (kept_trouble(run->kept, &err)) fail_msg("%s: %s", err.file, err.message);
    kept_free(run->kept);
}

static int64_t written(struct kept *kept) {
    struct kept_state state;
    kept_look(kept, &state);
    return state.update;
}

static void same_models(struct experiment *a, struct experiment *b, int models) {
    experiment_ask_copy(a, (1u << models) - 1);
    experiment_ask_copy(b, (1u << models) - 1);
    for (int k = 0; k < models; k++) {
        struct experiment_copy *x = take(a, k), *y = take(b, k);
        assert_int_equal(x->update, y->update);
        assert_int_equal(x->model.layout.size, y->model.layout.size);
        same_slab(x->model.params, y->model.params, x->model.layout.size);
        same_slab(x->m, y->m, x->model.layout.size);
        same_slab(x->v, y->v, x->model.layout.size);
        assert_memory_equal(&x->rng, &y->rng, sizeof x->rng);
        assert_true(x->recipe.options.lr == y->recipe.options.lr);
        experiment_copy_free(x);
        experiment_copy_free(y);
    }
}

static void same_runs(struct experiment *a, struct experiment *b) {
    const struct experiment_look *x = wait_good(a), *y = wait_good(b);
    assert_int_equal(x->update, y->update);
    assert_int_equal(x->last, y->last);
    assert_int_equal(x->models, y->models);
    for (int k = 0; k < x->models; k++) {
        assert_string_equal(x->run[k].name, y->run[k].name);
        assert_int_equal(x->run[k].point_count, y->run[k].point_count);
        assert_int_equal(x->run[k].check_count, y->run[k].check_count);
        same_points(x->run[k].points, y->run[k].points, x->run[k].point_count);
        for (int i = 0; i < x->run[k].check_count; i++)
            same_checks(&x->run[k].checks[i], &y->run[k].checks[i]);
    }
    same_models(a, b, x->models);
}

// --- going on ---

// Left and opened again three times, also between two checkpoints, beside a run that goes through.
static void every_optimiser(void **state) {
    for (int optimizer = 0; optimizer < OPTIMIZER_COUNT; optimizer++) {
        struct experiment_plan plan = small_plan(2, 40);
        for (int k = 0; k < plan.models; k++) {
            struct recipe *recipe = &plan.recipe[k];
            recipe->options.optimizer = (enum optimizer)optimizer;
            recipe->options.lr = optimizer <= OPTIMIZER_MOMENTUM ? 0.1 : 0.01;
            recipe->options.weight_decay = 0.001;
            recipe->options.clip_value = 0.5;
            recipe->schedule = SCHEDULE_COSINE;
            recipe->steps = 400;
            recipe->spec.layers = 1 + k;
            recipe->options.dropout = k > 0 ? 0.2 : 0;
            recipe->options.dropout_seed = 0xfedcba9876543210;
        }
        snprintf(plan.name[1], sizeof plan.name[1], "“two” \\ layers");
        char folder[RUN_FOLDER_PATH];
        snprintf(folder, sizeof folder, "%s", temporary_path(*state, optimizer_names[optimizer]));
        struct experiment *straight = experiment_new(&plan, NULL, NULL);
        struct open_run run = keep(&plan, folder);
        const int64_t places[] = {40, 131, 199, 203};
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            go(run.e, places[i]);
            leave(&run);
            run = reopen(folder);
            assert_string_equal(kept_remarks(run.kept), "");
            assert_int_equal(wait_good(run.e)->update, places[i]);
            go(straight, places[i]);
            same_runs(run.e, straight);
        }
        go(run.e, 240);
        go(straight, 240);
        same_runs(run.e, straight);
        leave(&run);
        experiment_free(straight);
    }
}

// A branch that was begun is gone on with; what was there before it stays in the file. What was not in a checkpoint
// yet is as if it had not been.
static void branches(void **state) {
    struct experiment_plan plan = small_plan(2, 20);
    const char *folder = temporary_path(*state, "run");
    struct experiment *straight = experiment_new(&plan, NULL, NULL);
    struct open_run run = keep(&plan, folder);
    go(run.e, 100);
    experiment_travel(run.e, 50);
    assert_int_equal(go(run.e, 60)->branch, 1);
    assert_int_equal(written(run.kept), 60);
    leave(&run);
    run = reopen(folder);
    assert_string_equal(kept_remarks(run.kept), "");
    go(straight, 60);
    same_runs(run.e, straight);
    // back before the start of the run that was opened, and on beyond the branch that was left
    experiment_travel(run.e, 30);
    go(run.e, 140);
    go(straight, 140);
    leave(&run);
    run = reopen(folder);
    same_runs(run.e, straight);
    leave(&run);
    struct kept_curve curve;
    struct str remarks = {0};
    assert_true(kept_curve_read(folder, 0, (struct kept_at){1, 100}, &curve, &remarks, NULL));
    assert_int_equal(curve.count, 100);
    assert_int_equal(curve.check_count, 6);
    const struct experiment_look *look = experiment_look(straight);
    same_points(curve.points, look->run[0].points, 100);
    kept_curve_release(&curve);
    assert_true(kept_curve_read(folder, 0, (struct kept_at){3, INT64_MAX}, &curve, &remarks, NULL));
    assert_int_equal(curve.branch, 3);
    assert_int_equal(curve.count, 140);
    kept_curve_release(&curve);
    assert_int_equal(remarks.size, 0);
    str_release(&remarks);
    experiment_free(straight);
}

// --- kill -9 ---

enum { KILL_MODELS = 2, KILL_UPDATES = 1500, KILL_EVERY = 3, KILL_ROUNDS = 200, KILL_MOST_MICROSECONDS = 60000 };

// What an uninterrupted run has at each update.
struct reference {
    struct run_point points[KILL_MODELS][KILL_UPDATES];
    uint64_t sum[KILL_MODELS][KILL_UPDATES + 1];
    struct rng rng[KILL_MODELS][KILL_UPDATES + 1];
};

static bool note(void *context, const struct run_keep *keep, struct err *err) {
    (void)err;
    struct reference *reference = context;
    for (int k = 0; k < KILL_MODELS; k++) {
        const struct snapshot *now = &keep->run[k].state;
        reference->sum[k][keep->update] = kept_sum(&keep->run[k].model->layout, now);
        reference->rng[k][keep->update] = now->rng;
        for (int64_t i = keep->from; i < keep->update; i++)
            reference->points[k][i] = keep->run[k].points[i - keep->from];
    }
    return true;
}

// In a process of its own: goes on with the run, or begins it; says after each checkpoint what is kept for sure.
static void train_until_killed(const struct experiment_plan *plan, const char *folder, _Atomic int64_t *safe) {
    struct err err;
    struct kept *kept = run_folder_exists(folder) ? experiment_open_kept(folder, &err) : kept_new(plan, folder, &err);
    if (!kept) _exit(3);
    struct experiment *e = experiment_new(kept_plan(kept), NULL, NULL);
    kept_begun(kept);
    experiment_run(e, KILL_UPDATES);
    for (;;) {
        int64_t update = written(kept);
        if (update > *safe) *safe = update;
        if (kept_trouble(kept, &err)) _exit(4);
        usleep(100);
    }
}

// What the folder holds is what the uninterrupted run had at that update. Returns the update.
static int64_t is_as_uninterrupted(const char *folder, const struct reference *reference) {
    if (!run_folder_exists(folder)) return 0; // killed before anything was kept
    struct kept *kept = reopen_kept(folder);
    const struct run_start *start = kept_plan(kept)->start;
    int64_t update = start ? start->update : 0;
    assert_string_equal(kept_remarks(kept), "");
    for (int k = 0; start && k < KILL_MODELS; k++) {
        assert_memory_equal(&start->run[k].state.rng, &reference->rng[k][update], sizeof(struct rng));
        same_points(start->run[k].points, reference->points[k], update);
        assert_int_equal(start->run[k].check_count, update / KILL_EVERY + 1);
        for (int i = 0; i < start->run[k].check_count; i++)
            assert_int_equal(start->run[k].checks[i].update, i * KILL_EVERY);
    }
    kept_free(kept);
    for (int k = 0; start && k < KILL_MODELS; k++) {
        struct checkpoint checkpoint;
        struct err err;
        char path[RUN_FOLDER_PATH];
        run_path(folder, k, run_places[RUN_NEWEST], path);
        if (!checkpoint_load_state(&checkpoint, path, &err)) fail_msg("%s", err.message);
        const struct snapshot found = {.params = checkpoint.model.params,
                                       .m = checkpoint.state.slab[CHECKPOINT_M],
                                       .v = checkpoint.state.slab[CHECKPOINT_V]};
        assert_true(kept_sum(&checkpoint.model.layout, &found) == reference->sum[k][update]);
        checkpoint_release(&checkpoint);
    }
    return update;
}

// Else a slow machine would be killed before its first one every time.
static void wait_for_checkpoint(const _Atomic int64_t *safe) {
    int64_t before = *safe;
    for (int k = 0; k < 20000 && *safe == before; k++)
        usleep(250);
}

static void killed_at_random_moments(void **state) {
    struct experiment_plan plan = small_plan(KILL_MODELS, 1);
    struct reference *reference = mem_need(1, sizeof *reference);
    _Atomic int64_t *safe = mmap(NULL, sizeof *safe, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(safe != MAP_FAILED);
    plan.keeper = (struct run_keeper){note, reference};
    struct experiment *straight = experiment_new(&plan, NULL, NULL);
    go(straight, KILL_UPDATES);
    experiment_free(straight);
    plan.keeper = (struct run_keeper){0};
    plan.check_every = KILL_EVERY;
    struct rng rng = rng_seed(9);
    char folder[RUN_FOLDER_PATH];
    int runs = 0, moved = 0, from_checkpoint = 0;
    int64_t before = 0;
    snprintf(folder, sizeof folder, "%s", temporary_path(*state, "run"));
    *safe = 0;
    for (int round = 0; round < KILL_ROUNDS; round++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) train_until_killed(&plan, folder, safe);
        if (round % 2 == 1) wait_for_checkpoint(safe);
        usleep((useconds_t)rng_below(&rng, KILL_MOST_MICROSECONDS));
        kill(child, SIGKILL);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSIGNALED(status)) fail_msg("round %d: the run did not open (%d)", round, WEXITSTATUS(status));
        int64_t update = is_as_uninterrupted(folder, reference);
        if (update < *safe) fail_msg("round %d: update %d was kept, found %d", round, (int)*safe, (int)update);
        moved += update > before;
        from_checkpoint += before > 0;
        before = update;
        if (update < KILL_UPDATES) continue;
        temporary_remove_tree(folder);
        *safe = before = 0;
        runs++;
    }
    print_message(
        "# %d of %d rounds came further, %d went on from a checkpoint, %d runs came to their end; update %d\n", moved,
        KILL_ROUNDS, from_checkpoint, runs, (int)before);
    assert_true(moved > KILL_ROUNDS / 4 && from_checkpoint > KILL_ROUNDS / 2);
    munmap((void *)safe, sizeof *safe);
    mem_free(reference);
}

// --- damage ---

static void put_file(const char *path, const void *data, size_t size) {
    unlink(path); // a file that is cut first goes to the disk at once, which takes long
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    fclose(file);
}

// Both files of lines end anywhere, and hold anything: what is whole is read, the rest is said.
static void lines_cut_at_every_byte(void **state) {
    struct experiment_plan plan = small_plan(1, 5);
    const char *folder = temporary_path(*state, "run");
    struct open_run run = keep(&plan, folder);
    go(run.e, 12);
    leave(&run);
    struct kept_curve whole;
    struct str remarks = {0};
    const struct kept_at end = {1, INT64_MAX};
    assert_true(kept_curve_read(folder, 0, end, &whole, &remarks, NULL));
    assert_int_equal(whole.count, 12);
    assert_int_equal(whole.check_count, 3);
    assert_int_equal(remarks.size, 0);
    static const char *const names[] = {"updates.jsonl", "checks.jsonl"};
    for (int f = 0; f < 2; f++) {
        char path[RUN_FOLDER_PATH];
        run_path(folder, 0, names[f], path);
        struct bytes bytes = read_bytes(path);
        int64_t lines = 0;
        for (size_t size = 0; size <= bytes.size; size++) {
            struct kept_curve curve;
            lines += size > 0 && bytes.data[size - 1] == '\n';
            put_file(path, bytes.data, size);
            str_clear(&remarks);
            assert_true(kept_curve_read(folder, 0, end, &curve, &remarks, NULL));
            assert_int_equal(f == 0 ? curve.count : curve.check_count, lines);
            same_points(curve.points, whole.points, curve.count);
            bool cut = size > 0 && bytes.data[size - 1] != '\n';
            assert_int_equal(strstr(str_text(&remarks), "cut off") != NULL, cut);
            int64_t read = f == 0 ? curve.updates_size : curve.checks_size;
            assert_true(read <= (int64_t)size && (read == 0 || bytes.data[read - 1] == '\n'));
            kept_curve_release(&curve);
        }
        for (size_t at = 0; at < bytes.size; at++) { // one byte is another
            struct kept_curve curve;
            char before = bytes.data[at];
            bytes.data[at] = (char)(before ^ (at % 3 == 0 ? 1 : at % 3 == 1 ? 0x80 : 10));
            put_file(path, bytes.data, bytes.size);
            str_clear(&remarks);
            assert_true(kept_curve_read(folder, 0, end, &curve, &remarks, NULL));
            assert_true(curve.count >= 0 && curve.count <= 1000000);
            kept_curve_release(&curve);
            bytes.data[at] = before;
        }
        put_file(path, bytes.data, bytes.size);
        bytes_release(&bytes);
    }
    kept_curve_release(&whole);
    str_release(&remarks);
}

// The run opens although lines are missing that its checkpoint had, and goes on; what is missing is said.
static void lost_lines(void **state) {
    struct experiment_plan plan = small_plan(1, 5);
    const char *folder = temporary_path(*state, "run");
    char path[RUN_FOLDER_PATH];
    struct experiment *straight = experiment_new(&plan, NULL, NULL);
    struct open_run run = keep(&plan, folder);
    go(run.e, 20);
    leave(&run);
    run_path(folder, 0, "updates.jsonl", path);
    struct bytes bytes = read_bytes(path);
    put_file(path, bytes.data, bytes.size / 2);
    bytes_release(&bytes);
    run = reopen(folder);
    if (!strstr(kept_remarks(run.kept), "updates are missing")) fail_msg("%s", kept_remarks(run.kept));
    const struct experiment_look *look = go(run.e, 30), *other = go(straight, 30);
    assert_int_equal(look->run[0].point_count, 30);
    assert_true(isnan(look->run[0].points[15].loss));
    same_points(look->run[0].points + 20, other->run[0].points + 20, 10);
    same_models(run.e, straight, 1);
    leave(&run);
    experiment_free(straight);
}

static void spoil(const char *path, int how, struct rng *rng) {
    struct bytes bytes = read_bytes(path);
    if (how == 0) bytes.size = (size_t)rng_below(rng, bytes.size); // cut
    if (how == 1) bytes.data[rng_below(rng, bytes.size)] ^= (char)(1 << rng_below(rng, 8));
    if (how == 2) bytes.size = 0;
    put_file(path, bytes.data, bytes.size);
    bytes_release(&bytes);
}

// A checkpoint that is damaged in one of the models: the one before is used in all, and that is said.
static void damaged_checkpoints(void **state) {
    struct experiment_plan plan = small_plan(2, 10);
    struct rng rng = rng_seed(3);
    const char *folder = temporary_path(*state, "run");
    struct experiment *straight = experiment_new(&plan, NULL, NULL);
    struct open_run run = keep(&plan, folder);
    int64_t at = 20;
    go(run.e, at);
    int used_older = 0;
    for (int round = 0; round < 24; round++) {
        char path[RUN_FOLDER_PATH];
        leave(&run);
        run_path(folder, round % 2, run_places[RUN_NEWEST], path);
        spoil(path, round % 3, &rng);
        run = reopen(folder);
        const struct experiment_look *look = wait_good(run.e);
        bool said = strstr(kept_remarks(run.kept), "is used.") != NULL;
        assert_true(look->update == (said ? at - 10 : at)); // a byte of the metadata may mean nothing
        used_older += said;
        at = look->update + 20;
        go(run.e, at);
    }
    assert_true(used_older >= 16);
    go(straight, at);
    same_runs(run.e, straight);
    leave(&run);
    // all of them: the run does not open, and nothing is lost beyond that
    char path[RUN_FOLDER_PATH];
    for (int p = 0; p < 2; p++) {
        run_path(folder, 1, run_places[p], path);
        spoil(path, 2, &rng);
    }
    struct err err = {0};
    assert_null(experiment_open_kept(folder, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    assert_non_null(strstr(err.file, "model-2/"));
    experiment_free(straight);
}

static void damaged_settings(void **state) {
    struct experiment_plan plan = small_plan(2, 10);
    const char *folder = temporary_path(*state, "run");
    struct open_run run = keep(&plan, folder);
    go(run.e, 10);
    leave(&run);
    char path[RUN_FOLDER_PATH];
    run_path(folder, -1, "settings.json", path);
    struct bytes bytes = read_bytes(path);
    for (size_t size = 0; size < bytes.size - 1; size++) { // without its last line end it is whole
        struct err err = {0};
        put_file(path, bytes.data, size);
        assert_null(experiment_open_kept(folder, &err));
        assert_true(err.code == ERR_FORMAT && strstr(err.file, "settings.json"));
    }
    put_file(path, bytes.data, bytes.size);
    bytes_release(&bytes);
    run = reopen(folder);
    assert_int_equal(wait_good(run.e)->update, 10);
    leave(&run);
}

// Other data than the run began with: that is said, and the folder stays as it is.
static void other_data(void **state) {
    struct temporary *t = *state;
    struct experiment_plan plan = small_plan(1, 10);
    char data[RUN_FOLDER_PATH], folder[RUN_FOLDER_PATH];
    snprintf(data, sizeof data, "%s", temporary_path(t, "names.txt"));
    snprintf(folder, sizeof folder, "%s", temporary_path(t, "run"));
    put_file(data, "anna\nbert\nclara\ndora\n", 21);
    snprintf(plan.setup.data, sizeof plan.setup.data, "%s", data);
    plan.setup.shape = TEXT_LINES;
    struct open_run run = keep(&plan, folder);
    go(run.e, 10);
    leave(&run);
    put_file(data, "anna\nbert\nclara\ndoro\n", 21);
    run = reopen(folder);
    const struct experiment_look *look = wait_for(run.e);
    assert_int_equal(look->phase, EXPERIMENT_FAILED);
    assert_non_null(strstr(look->err.message, "data"));
    leave(&run);
    put_file(data, "anna\nbert\nclara\ndora\n", 21);
    run = reopen(folder);
    assert_int_equal(go(run.e, 12)->update, 12);
    leave(&run);
}

// --- the disk ---

// Files that cannot grow are as a disk that is full: said once, training goes on, and all is kept when there is room.
static void full_disk(void **state) {
    struct experiment_plan plan = small_plan(1, 10);
    const char *folder = temporary_path(*state, "run");
    struct experiment *straight = experiment_new(&plan, NULL, NULL);
    struct open_run run = keep(&plan, folder);
    go(run.e, 20);
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){.rlim_cur = 3000, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    const struct experiment_look *look = go(run.e, 60);
    struct err err;
    assert_int_equal(look->update, 60);
    assert_true(kept_trouble(run.kept, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_false(kept_trouble(run.kept, &err));
    go(run.e, 80);
    assert_false(kept_trouble(run.kept, &err)); // the same is not said again
    assert_int_equal(written(run.kept), 20);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    go(run.e, 90);
    assert_int_equal(written(run.kept), 90);
    leave(&run);
    run = reopen(folder);
    go(straight, 90);
    same_runs(run.e, straight);
    leave(&run);
    experiment_free(straight);
}

static void folder_gone(void **state) {
    struct experiment_plan plan = small_plan(2, 10);
    const char *folder = temporary_path(*state, "run");
    struct open_run run = keep(&plan, folder);
    go(run.e, 20);
    temporary_remove_tree(folder);
    struct err err;
    assert_int_equal(go(run.e, 40)->update, 40);
    assert_true(kept_trouble(run.kept, &err));
    assert_non_null(strstr(err.message, "the folder is gone"));
    go(run.e, 60);
    leave(&run);
    assert_false(file_exists(folder));
}

// Nothing is left of a run that did not begin, nor is one begun over another, or trained by two.
static void one_at_a_time(void **state) {
    struct experiment_plan plan = small_plan(1, 10);
    const char *folder = temporary_path(*state, "run");
    struct err err = {0};
    struct open_run run = keep(&plan, folder), second;
    wait_good(run.e);
    leave(&run);
    assert_false(file_exists(folder));
    run = keep(&plan, folder);
    second = keep(&plan, folder);
    go(run.e, 10);
    assert_null(kept_new(&plan, folder, &err));
    assert_null(experiment_open_kept(folder, &err));
    assert_non_null(strstr(err.message, "another unroll"));
    go(second.e, 10);
    assert_true(kept_trouble(second.kept, &err));
    assert_non_null(strstr(err.message, "already"));
    leave(&second);
    leave(&run);
    run = reopen(folder);
    assert_int_equal(wait_good(run.e)->update, 10);
    leave(&run);
}

// Renamed while the worker writes in it all the time.
static void renamed_while_it_runs(void **state) {
    struct temporary *t = *state;
    struct experiment_plan plan = small_plan(2, 2);
    struct experiment *straight = experiment_new(&plan, NULL, NULL);
    struct open_run run = keep(&plan, temporary_path(t, "name 0"));
    experiment_run(run.e, 100);
    for (int i = 1; i <= 30; i++) {
        char name[32];
        struct err err = {0};
        snprintf(name, sizeof name, "name %d", i);
        if (!kept_rename(run.kept, name, &err)) fail_msg("%s", err.message);
        usleep(3000);
    }
    struct err err = {0};
    assert_false(kept_rename(run.kept, "a/b", &err));
    assert_false(kept_rename(run.kept, ".", &err));
    assert_false(kept_rename(run.kept, "", &err));
    go(run.e, 101);
    leave(&run);
    assert_int_equal(temporary_count(t), 1);
    run = reopen(temporary_path(t, "name 30"));
    go(straight, 101);
    same_runs(run.e, straight);
    leave(&run);
    experiment_free(straight);
}

// --- the window and the command line ---

static void command(const char *words, int status) {
    char line[4 * RUN_FOLDER_PATH];
    snprintf(line, sizeof line, "%s %s --quiet > /dev/null 2>&1", UNROLL, words);
    int found = system(line);
    assert_int_equal(WEXITSTATUS(found), status);
}

// One run taken on by the command line, the window, the command line and the window again, beside one that goes
// through.
static void command_line_and_window(void **state) {
    char folder[RUN_FOLDER_PATH], words[3 * RUN_FOLDER_PATH];
    snprintf(folder, sizeof folder, "%s", temporary_path(*state, "run"));
    snprintf(words, sizeof words,
             "train --data '%s/assets/dinosaurs.txt' --cell gru --hidden 5 --batch 3 --schedule cosine --steps 100 "
             "--validate-every 10 --keep '%s'",
             SOURCE_ROOT, folder);
    snprintf(words + strlen(words), sizeof words - strlen(words),
             " --weight-decay 0.01 --clip-value 0.5 --init xavier");
    command(words, 0);
    // cut back to update 50 by the window: a branch
    struct open_run run = reopen(folder);
    const struct experiment_look *look = wait_good(run.e);
    assert_int_equal(look->update, 100);
    assert_string_equal(look->run[0].name, "GRU 5");
    assert_int_equal(look->check_every, 10);
    struct experiment_plan plan = *kept_plan(run.kept);
    plan.keeper = (struct run_keeper){0};
    struct experiment *straight = experiment_new(&plan, NULL, NULL);
    same_points(look->run[0].points, go(straight, 100)->run[0].points, 100);
    experiment_travel(run.e, 50);
    go(run.e, 70);
    leave(&run);
    snprintf(words, sizeof words, "train --resume '%s'", folder);
    command(words, 0);
    run = reopen(folder);
    look = wait_good(run.e);
    assert_int_equal(look->update, 100);
    same_points(look->run[0].points, experiment_look(straight)->run[0].points, 100);
    same_models(run.e, straight, 1);
    command(words, 1); // the window has it
    leave(&run);
    experiment_free(straight);
    snprintf(words, sizeof words, "train --resume '%s' --steps 110 --patience 3", folder); // what the window lacks
    command(words, 0);
    struct kept *kept = reopen_kept(folder);
    assert_true(kept_has_other_options(kept));
    kept_free(kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(every_optimiser),
        IN_FOLDER(branches),
        IN_FOLDER(killed_at_random_moments),
        IN_FOLDER(lines_cut_at_every_byte),
        IN_FOLDER(lost_lines),
        IN_FOLDER(damaged_checkpoints),
        IN_FOLDER(damaged_settings),
        IN_FOLDER(other_data),
        IN_FOLDER(full_disk),
        IN_FOLDER(folder_gone),
        IN_FOLDER(one_at_a_time),
        IN_FOLDER(renamed_while_it_runs),
        IN_FOLDER(command_line_and_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
