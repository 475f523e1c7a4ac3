// Training in the window against the same training done by hand: every update that an experiment says it is at is, bit
// for bit, the one of a run that was never interrupted.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench_example.h"
#include "experiments.h"
#include "mem.h"
#include "probes.h"
#include "record.h"
#include "sampling.h"
#include "thread.h"
#include "training.h"
#include "vocabulary.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// --- a run by hand ---

struct run {
    struct dataset *data;
    struct recipe recipe;
    struct model model;
    struct training training;
};

static void run_open(struct run *run, const struct experiment_plan *plan, int k) {
    struct err err = {0};
    struct rng batches;
    *run = (struct run){.recipe = plan->recipe[k]};
    run->data = setup_read_data(&plan->setup, NULL, NULL, &err);
    if (!run->data || !recipe_settle(&run->recipe, run->data, &err) ||
        !recipe_model(&run->recipe, &run->model, &batches, &err) ||
        !recipe_training(&run->recipe, run->data, &run->model, batches, &run->training, &err))
        fail_msg("%s", err.message);
}

static void run_close(struct run *run) {
    training_release(&run->training);
    model_release(&run->model);
    setup_free_data(run->data);
}

static struct step_report run_step(struct run *run) {
    struct step_report report;
    struct err err = {0};
    if (!training_step(&run->training, &report, &err)) fail_msg("%s", err.message);
    return report;
}

static void run_to(struct run *run, int64_t update) {
    assert_true(run->training.done <= update);
    while (run->training.done < update)
        run_step(run);
}

// --- experiments ---

enum { SELDOM = 1000000 }; // updates from one checkpoint to the next

static const struct experiment_look *travel(struct experiment *e, int64_t update) {
    experiment_travel(e, update);
    const struct experiment_look *look = wait_good(e);
    assert_int_equal(look->update, update);
    return look;
}

// Parameters, optimiser state and random numbers of model k are those of the run by hand.
static void same_state(struct experiment *e, int k, struct run *run) {
    experiment_ask_copy(e, 1u << k);
    struct experiment_copy *copy = take(e, k);
    struct trainer *trainer = run->training.trainer;
    size_t size = run->model.layout.size;
    int slabs = trainer_state_slabs(trainer);
    assert_int_equal(copy->k, k);
    assert_int_equal(copy->update, run->training.done);
    assert_int_equal(copy->model.layout.size, size);
    same_slab(copy->model.params, run->model.params, size);
    same_slab(copy->m, slabs > 0 ? trainer_state(trainer, 0) : NULL, size);
    same_slab(copy->v, slabs > 1 ? trainer_state(trainer, 1) : NULL, size);
    assert_memory_equal(&copy->rng, &run->training.rng, sizeof copy->rng);
    experiment_copy_free(copy);
}

static void is_at(struct experiment *e, const struct experiment_plan *plan, int64_t update) {
    for (int k = 0; k < plan->models; k++) {
        struct run run;
        run_open(&run, plan, k);
        run_to(&run, update);
        same_state(e, k, &run);
        run_close(&run);
    }
}

// --- tests ---

// A budget of a few snapshots: what is revisited has to be recomputed from far.
static void every_optimiser(void **state) {
    (void)state;
    enum { AGAIN = 1000, END = 1203, SNAPSHOTS = 9 };
    for (int optimizer = 0; optimizer < OPTIMIZER_COUNT; optimizer++) {
        struct experiment_plan plan = small_plan(2, SELDOM);
        struct run run[2];
        for (int k = 0; k < plan.models; k++) {
            struct train_options *options = &plan.recipe[k].options;
            options->optimizer = (enum optimizer)optimizer;
            options->lr = optimizer <= OPTIMIZER_MOMENTUM ? 0.1 : 0.01;
            options->weight_decay = 0.001;
            plan.recipe[k].schedule = SCHEDULE_COSINE;
            plan.recipe[k].steps = 2000;
            run_open(&run[k], &plan, k);
        }
        size_t each = (size_t)(1 + optimizer_slabs((enum optimizer)optimizer)) * sizeof(float);
        plan.history_budget = SNAPSHOTS * each * (run[0].model.layout.size + run[1].model.layout.size);
        struct experiment *e = experiment_new(&plan, NULL, NULL);
        const struct experiment_look *look = go(e, END);
        assert_int_equal(look->update, END);
        assert_int_equal(look->last, END);
        look = travel(e, AGAIN);
        assert_int_equal(look->last, END);
        for (int k = 0; k < plan.models; k++) {
            assert_int_equal(look->run[k].point_count, END);
            for (int i = 0; i < AGAIN; i++) {
                struct step_report report = run_step(&run[k]);
                const struct run_point *point = &look->run[k].points[i];
                assert_true(point->loss == (float)report.loss && point->grad_norm == (float)report.grad_norm);
                assert_true(point->clip_scale == (float)report.clip_scale && point->tokens == report.tokens);
            }
            same_state(e, k, &run[k]);
        }
        const int64_t places[] = {7, 0, END, 1001, 130, 137, END - 1};
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            look = travel(e, places[i]);
            is_at(e, &plan, places[i]);
        }
        assert_int_equal(look->branches, 1);
        experiment_free(e);
        for (int k = 0; k < plan.models; k++)
            run_close(&run[k]);
    }
}

// Going on from a past update is what was there before, and the curves of the branch that was left stay.
static void branches(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(3, SELDOM);
    plan.check_every = 40;
    struct experiment *e = experiment_new(&plan, NULL, NULL), *straight = experiment_new(&plan, NULL, NULL);
    go(e, 300);
    travel(e, 130);
    const struct experiment_look *look = go(e, 250), *other = go(straight, 300);
    assert_int_equal(look->update, 250);
    assert_int_equal(look->last, 250);
    assert_int_equal(look->branch, 1);
    assert_int_equal(look->branches, 2);
    is_at(e, &plan, 250);
    travel(e, 60);
    look = go(e, 61);
    assert_int_equal(look->branch, 2);
    for (int k = 0; k < plan.models; k++) {
        const struct run_look *own = &look->run[k], *whole = &other->run[k];
        static const int64_t from[] = {130, 60}, to[] = {300, 250};
        assert_int_equal(own->point_count, 61);
        assert_int_equal(own->check_count, 2); // 0, 40
        assert_int_equal(whole->check_count, 8);
        same_points(own->points, whole->points, 61);
        for (int b = 0; b < 2; b++) {
            const struct run_branch *older = &own->older[b];
            assert_int_equal(older->from, from[b]);
            assert_int_equal(older->point_count, to[b] - from[b]);
            same_points(older->points, whole->points + from[b], older->point_count);
            assert_int_equal(older->check_count, to[b] / 40 - from[b] / 40);
            for (int i = 0; i < older->check_count; i++)
                same_results(&older->checks[i], &whole->checks[from[b] / 40 + 1 + i]);
        }
    }
    look = go(e, 300);
    for (int k = 0; k < plan.models; k++) {
        same_points(look->run[k].points, other->run[k].points, 300);
        for (int i = 0; i < 8; i++)
            same_results(&look->run[k].checks[i], &other->run[k].checks[i]);
    }
    experiment_free(e);
    experiment_free(straight);
}

static void count_wake(void *context) {
    struct mutex *lock = ((void **)context)[0];
    mutex_lock(lock);
    (*(long *)((void **)context)[1])++;
    mutex_unlock(lock);
}

// Run, pause, travel, look and copy as they come: in the end the models are what they should be.
static void at_random(void **state) {
    (void)state;
    enum { ROUNDS = 400 };
    struct rng rng = rng_seed(5);
    for (int round = 0; round < 2; round++) {
        struct experiment_plan plan = small_plan(2, SELDOM);
        plan.check_every = 25;
        plan.recipe[0].options.threads = 1 + round;
        plan.history_budget = round ? 20000 : 0;
        long wakes = 0, looks = 0;
        void *context[] = {mutex_new(), &wakes};
        struct experiment *e = experiment_new(&plan, count_wake, context);
        for (int i = 0; i < ROUNDS; i++) {
            const struct experiment_look *look = experiment_look(e);
            looks++;
            assert_true(look->update >= 0 && look->update <= look->last);
            assert_true(isnan(look->done) || (look->done >= 0 && look->done <= 1));
            assert_true(isnan(look->seconds_left) || look->seconds_left >= 0);
            for (int k = 0; look->data && k < plan.models; k++)
                assert_int_equal(look->run[k].point_count, look->last);
            switch (rng_below(&rng, 8)) {
            case 0:
                experiment_pause(e);
                break;
            case 1:
            case 2:
                experiment_travel(e, (int64_t)rng_below(&rng, (uint64_t)look->last + 3));
                break;
            case 3:
                experiment_run(e, INT64_MAX);
                break;
            case 4:
            case 5:
                experiment_run(e, look->update + (int64_t)rng_below(&rng, 40));
                break;
            case 6:
                experiment_ask_copy(e, (unsigned)rng_below(&rng, 4));
                break;
            default:
                experiment_copy_free(experiment_take_copy(e, (int)rng_below(&rng, 2)));
                break;
            }
            usleep((unsigned)rng_below(&rng, 1500));
        }
        experiment_pause(e);
        const struct experiment_look *look = wait_good(e);
        is_at(e, &plan, look->update);
        int64_t past = look->last / 3;
        travel(e, past);
        is_at(e, &plan, past);
        experiment_run(e, INT64_MAX); // and freed while it runs
        experiment_free(e);
        assert_true(wakes > 0);
        mutex_free(context[0]);
    }
}

// A rate that makes numbers infinite: what diverged is said, nothing else is lost.
static void diverges(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(3, SELDOM);
    plan.recipe[2].spec.activation = ACTIVATION_RELU;
    plan.recipe[2].options = (struct train_options){.optimizer = OPTIMIZER_SGD, .lr = 1e9, .threads = 1};
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    experiment_run(e, 100000);
    const struct experiment_look *look = wait_for(e);
    assert_int_equal(look->phase, EXPERIMENT_FAILED);
    assert_int_equal(look->err.code, ERR_VALUE);
    assert_non_null(strstr(look->err.message, "RNN 6: update "));
    bool named = strstr(look->err.message, "rnn.weight") || strstr(look->err.message, "head.");
    if (!named) fail_msg("no tensor is named: %s", look->err.message);
    int64_t end = look->update;
    assert_true(end >= 1 && end < 100 && look->last == end);
    for (int k = 0; k < plan.models; k++)
        assert_int_equal(look->run[k].point_count, end);
    is_at(e, &plan, end); // all three, also those that had done the next update already
    travel(e, 1);
    is_at(e, &plan, 1);
    experiment_run(e, 100000);
    look = wait_for(e);
    assert_int_equal(look->phase, EXPERIMENT_FAILED);
    assert_int_equal(look->update, end);
    travel(e, 0);
    is_at(e, &plan, 0);
    experiment_free(e);
}

// Wherever memory ends while a model trains, what is there stays right: a snapshot that is missing is recomputed, and
// what cannot go on says so.
static void memory_ends(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(2, SELDOM);
    plan.check_every = 20;
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    wait_good(e);
    int64_t until = 0;
    int failures = 0, survived = 0;
    for (long n = 1; n <= 60; n++) {
        until += 20;
        mem_fail_at(n);
        experiment_run(e, until);
        const struct experiment_look *look = wait_for(e);
        mem_fail_at(0);
        if (look->phase == EXPERIMENT_FAILED) {
            failures++;
            assert_int_equal(look->err.code, ERR_MEMORY);
            look = go(e, until);
        } else if (n <= 4)
            survived++; // so many are made in any case; only a snapshot may fail without a word
        assert_int_equal(look->err.code, ERR_NONE);
        assert_int_equal(look->update, until);
    }
    assert_true(failures > 0 && survived > 0);
    const struct experiment_look *look = experiment_look(e);
    for (int k = 0; k < plan.models; k++)
        assert_int_equal(look->run[k].point_count, until);
    is_at(e, &plan, until);
    travel(e, 591);
    is_at(e, &plan, 591);
    experiment_free(e);
}

static void read_fails(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(1, SELDOM);
    snprintf(plan.setup.data, sizeof plan.setup.data, "/nowhere/at-all.txt");
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    assert_int_equal(wait_for(e)->err.code, ERR_IO);
    experiment_run(e, 5);
    experiment_travel(e, 0);
    experiment_ask_copy(e, 1);
    usleep(2000);
    assert_int_equal(experiment_look(e)->phase, EXPERIMENT_FAILED);
    assert_null(experiment_take_copy(e, 0));
    experiment_free(e);
    plan = small_plan(2, SELDOM);
    plan.recipe[1].spec.hidden = 0;
    e = experiment_new(&plan, NULL, NULL);
    assert_int_equal(wait_for(e)->err.code, ERR_VALUE);
    experiment_free(e);
    plan = small_plan(4, SELDOM);
    experiment_free(experiment_new(&plan, NULL, NULL)); // while it reads
}

// Where nothing else is said, whole epochs, and not after every few updates of little data.
static void usual_checkpoints(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(1, SELDOM);
    plan.recipe[0].batch = 32;
    plan.check_every = 0;
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    const struct experiment_look *look = wait_good(e);
    assert_int_equal(look->epoch, (look->data->train_count + 31) / 32);
    assert_true(look->epoch < 50 && look->check_every >= 50 && look->check_every < 50 + look->epoch);
    assert_int_equal(look->check_every % look->epoch, 0);
    experiment_free(e);
}

// Longest first, lines cut to the window, of every kind of data; from an example that is too long nothing is measured.
static void probes_are_the_longest(void **state) {
    (void)state;
    static const struct {
        const char *task;
        int window, count, T, source_T;
    } cases[] = {{"adding:T=30", 64, 4, 30, 0}, {"adding:T=30", 20, 4, 30, 0}, {"sums", 64, 4, 4, 5},
                 {"sine", 64, 4, 60, 0},        {"one", 64, 4, 1, 0},          {"", 8, 4, 8, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct setup setup = setup_default();
        struct err err = {0};
        struct probes probes, again;
        snprintf(setup.task, sizeof setup.task, "%s", cases[i].task);
        struct dataset *data = setup_read_data(&setup, NULL, NULL, &err);
        if (!data) fail_msg("%s", err.message);
        assert_true(probes_init(&probes, data, cases[i].window, &err) &&
                    probes_init(&again, data, cases[i].window, &err));
        assert_int_equal(probes.count, cases[i].count);
        assert_int_equal(probes.list[0]->T, cases[i].T);
        assert_int_equal(probes.list[0]->source ? probes.list[0]->source->T : 0, cases[i].source_T);
        for (int k = 0; k < probes.count; k++) {
            assert_true(k == 0 || probes.list[k]->T <= probes.list[k - 1]->T);
            assert_string_equal(probes.examples[k]->text, again.examples[k]->text);
        }
        probes_release(&probes);
        probes_release(&again);
        setup_free_data(data);
    }
    struct experiment_plan plan = small_plan(1, SELDOM);
    snprintf(plan.setup.task, sizeof plan.setup.task, "adding:T=4097");
    plan.recipe[0].max_T = 5000;
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    const struct experiment_look *look = go(e, 0);
    assert_int_equal(look->run[0].check_count, 1);
    assert_null(look->run[0].checks[0].measures);
    experiment_free(e);
}

// A large model is not measured again before training has taken long enough; all models at the same checkpoints.
static void large_models_are_measured_now_and_then(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(2, SELDOM);
    enum { EVERY = 20 };
    plan.recipe[0].spec.hidden = 130;
    plan.recipe[0].batch = plan.recipe[1].batch = 32;
    plan.check_every = EVERY;
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    const struct experiment_look *look = go(e, 2 * EVERY);
    struct probes probes;
    assert_true(probes_init(&probes, look->data, plan.recipe[0].max_T, NULL));
    double work = 0, cost = 0;
    for (int k = 0; k < 2; k++) {
        struct run run;
        run_open(&run, &plan, k);
        cost += measures_cost(&run.model, probes.list, probes.count);
        for (int i = 0; i < 2 * EVERY; i++) // of one update
            work += (double)look->run[k].points[i].tokens * (double)look->run[k].weights / (2 * EVERY);
        run_close(&run);
        assert_non_null(look->run[k].checks[0].measures);
        assert_null(look->run[k].checks[1].measures);
        assert_null(look->run[k].checks[2].measures);
    }
    probes_release(&probes);
    int64_t updates = (int64_t)(cost / 0.03 / work);
    assert_true(updates > 3 * EVERY);
    look = go(e, updates + updates / 10 + 2 * EVERY);
    int again = 3;
    while (again < look->run[0].check_count && !look->run[0].checks[again].measures)
        again++;
    assert_true(again < look->run[0].check_count);
    assert_true(fabs((double)(look->run[0].checks[again].update - updates)) < 0.1 * (double)updates + EVERY);
    assert_non_null(look->run[1].checks[again].measures);
    assert_null(look->run[0].checks[look->run[0].check_count - 1].measures);
    experiment_free(e);
}

// What a checkpoint says is what the core says of the same model.
static void checkpoints(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(1, SELDOM);
    plan.check_every = 30;
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    const struct experiment_look *look = go(e, 60);
    struct run run;
    run_open(&run, &plan, 0);
    struct probes probes;
    assert_true(probes_init(&probes, run.data, plan.recipe[0].max_T, NULL));
    assert_int_equal(look->run[0].check_count, 3);
    assert_true(fabs(look->guess - log(run.model.layout.spec.outputs)) < 1e-15);
    assert_int_equal(look->run[0].weights, run.model.layout.weights);
    for (int i = 0; i < 3; i++) {
        const struct run_check *check = &look->run[0].checks[i];
        double loss, accuracy, sum = 0, all = 0;
        long tokens;
        assert_int_equal(check->update, 30 * i);
        while (run.training.done < check->update) {
            struct step_report report = run_step(&run);
            sum += report.loss * (double)report.tokens;
            all += (double)report.tokens;
        }
        assert_true(i == 0 ? isnan(check->train_loss) : fabs(check->train_loss - sum / all) < 1e-6);
        assert_true(training_validate(&run.training, &loss, &accuracy, &tokens, NULL));
        assert_true(check->valid_loss == loss && check->accuracy == accuracy);
        struct measures *measures = measures_new(&run.model, probes.list, probes.count, NULL);
        assert_true(check->measures && measures);
        same_measures(check->measures, measures);
        measures_free(measures);
        for (int s = 0; s < CHECK_TEXTS; s++) {
            struct sampling_options options = {.seed = (uint64_t)s + 1, .rule = {1, 0, VOCABULARY_UNK}, .limit = 64};
            struct sampling *sampling = sampling_new(&run.model, &options, NULL);
            char text[256] = "";
            while (sampling_draw(sampling, NULL) && !sampling_ended(sampling))
                strcat(text, run.data->vocabulary.texts[sampling_step(sampling, sampling_count(sampling) - 1).chosen]);
            text[CHECK_TEXT - 1] = 0;
            assert_string_equal(check->text[s], text);
            sampling_free(sampling);
        }
    }
    probes_release(&probes);
    run_close(&run);
    experiment_free(e);
}

static const char *const kinds[] = {"adding:T=12", "echo", "sums", "french", "video", "music", "codons", "sentiment"};

// Every kind of data: what is answered at checkpoints is said, and the copy holds the minibatch that comes next.
static void copies(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct experiment_plan plan = small_plan(1, SELDOM);
        snprintf(plan.setup.task, sizeof plan.setup.task, "%s", kinds[i]);
        plan.recipe[0].max_T = 0;
        struct experiment *e = experiment_new(&plan, NULL, NULL);
        const struct experiment_look *look = go(e, 12);
        for (int s = 0; s < CHECK_TEXTS; s++)
            assert_true(strstr(look->run[0].checks[0].text[s], "→ ") || !strcmp(kinds[i], "music"));
        struct run run;
        run_open(&run, &plan, 0);
        run_to(&run, 12);
        experiment_ask_copy(e, 1);
        struct experiment_copy *copy = take(e, 0);
        struct step_report report = run_step(&run); // draws the same minibatch
        const struct minibatch *m = &copy->minibatch, *own = &run.training.minibatch;
        size_t rows = (size_t)own->T * (size_t)own->B;
        assert_true(m->T == own->T && m->B == own->B && m->source_T == own->source_T);
        assert_memory_equal(m->target, own->target, rows * sizeof *m->target);
        assert_memory_equal(m->x, own->x, rows * sizeof *m->x);
        if (own->x_real) assert_memory_equal(m->x_real, own->x_real, rows * (size_t)run.data->channels * sizeof(float));
        double loss = 0;
        for (int b = 0; b < m->B; b++) {
            const struct bench_example *one = copy->examples[b];
            struct err err = {0};
            struct record *record = record_new(&copy->model, &one->example, NULL, 0, REDUCTION_SUM,
                                               &copy->recipe.options, copy->m, copy->v, copy->update + 1, &err);
            if (!record) fail_msg("%s: %s", kinds[i], err.message);
            assert_true(*one->text && one->index == -1);
            loss += record->loss / (double)report.tokens;
            record_free(record);
        }
        // the loss of the minibatch is the mean over its examples' timesteps
        if (!(fabs(loss - report.loss) < 1e-4 * loss)) fail_msg("%s: %g and %g", kinds[i], loss, report.loss);
        experiment_copy_free(copy);
        run_close(&run);
        experiment_free(e);
    }
}

// A request that takes the place of another, and models of one request are of one update.
static void copies_of_all(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(4, SELDOM);
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    experiment_ask_copy(e, 15); // before there is anything
    experiment_run(e, INT64_MAX);
    for (int round = 0; round < 20; round++) {
        int64_t update = -1;
        for (int k = 0; k < 4; k++) {
            struct experiment_copy *copy = take(e, k);
            assert_true(update < 0 || copy->update == update);
            update = copy->update;
            experiment_copy_free(copy);
        }
        experiment_ask_copy(e, 2);
        experiment_ask_copy(e, 15);
    }
    experiment_free(e);
}

// --- a run that is kept ---

struct keeping { // what a keeper has been told, put together
    struct run_start start;
    struct run_point points[2][1000];
    struct run_check checks[2][100];
    float slabs[2][3][4000];
    int times;
};

static bool keep(void *context, const struct run_keep *keep, struct err *err) {
    struct keeping *all = context;
    (void)err;
    all->times++;
    all->start.update = keep->update;
    all->start.data = dataset_fingerprint(keep->data);
    for (int k = 0; k < 2; k++) {
        size_t size = keep->run[k].model->layout.size;
        struct snapshot *to = &all->start.run[k].state;
        for (int64_t i = keep->from; i < keep->update; i++)
            all->points[k][i] = keep->run[k].points[i - keep->from];
        int *checks = &all->start.run[k].check_count;
        while (*checks > 0 && all->checks[k][*checks - 1].update > keep->from)
            --*checks;
        if (keep->run[k].check) {
            all->checks[k][*checks] = *keep->run[k].check;
            all->checks[k][(*checks)++].measures = NULL; // borrowed
        }
        *to = keep->run[k].state;
        const float **slabs[] = {&to->params, &to->m, &to->v};
        for (int s = 0; s < 3; s++) {
            memcpy(all->slabs[k][s], *slabs[s], size * sizeof(float));
            *slabs[s] = all->slabs[k][s];
        }
        all->start.run[k].size = size;
        all->start.run[k].points = all->points[k];
        all->start.run[k].checks = all->checks[k];
    }
    return true;
}

static void kept(void **state) {
    (void)state;
    struct keeping *all = mem_need(1, sizeof *all);
    struct experiment_plan plan = small_plan(2, SELDOM);
    plan.check_every = 50;
    plan.keeper = (struct run_keeper){keep, all};
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    go(e, 230);
    assert_int_equal(all->times, 5);
    assert_int_equal(all->start.update, 200);
    travel(e, 120); // what was kept of later updates no longer holds
    go(e, 173);
    assert_int_equal(all->start.update, 150);
    experiment_free(e);
    assert_int_equal(all->start.update, 173); // at the end

    struct experiment_plan whole = plan, again = plan;
    whole.keeper = again.keeper = (struct run_keeper){0};
    again.start = &all->start;
    struct experiment *straight = experiment_new(&whole, NULL, NULL);
    e = experiment_new(&again, NULL, NULL);
    const struct experiment_look *look = wait_good(e), *other = go(straight, 260);
    assert_int_equal(look->update, 173);
    assert_int_equal(look->last, 173);
    is_at(e, &plan, 173);
    look = go(e, 260);
    for (int k = 0; k < 2; k++) {
        assert_int_equal(look->run[k].point_count, 260);
        same_points(look->run[k].points, other->run[k].points, 260);
        assert_int_equal(look->run[k].check_count, 6);
        for (int i = 0; i < 6; i++)
            same_results(&look->run[k].checks[i], &other->run[k].checks[i]);
    }
    is_at(e, &plan, 260);
    travel(e, 33); // before what was kept
    is_at(e, &plan, 33);
    experiment_free(e);
    experiment_free(straight);

    all->start.data++;
    e = experiment_new(&again, NULL, NULL);
    assert_int_equal(wait_for(e)->err.code, ERR_VALUE);
    experiment_free(e);
    mem_free(all);
}

static bool keep_not(void *context, const struct run_keep *keep, struct err *err) {
    (void)context;
    return keep->update < 20 || err_set(err, ERR_IO, "the disk is full");
}

// A keeper that fails stops the run where it is; nothing is lost when it goes on.
static void keeper_fails(void **state) {
    (void)state;
    struct experiment_plan plan = small_plan(1, SELDOM);
    plan.check_every = 20;
    plan.keeper = (struct run_keeper){keep_not, NULL};
    struct experiment *e = experiment_new(&plan, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        experiment_run(e, 100);
        const struct experiment_look *look = wait_for(e);
        assert_int_equal(look->phase, EXPERIMENT_FAILED);
        assert_int_equal(look->err.code, ERR_IO);
        assert_int_equal(look->update, 20);
        assert_int_equal(look->run[0].check_count, 1);
    }
    is_at(e, &plan, 20);
    experiment_free(e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimiser),
        cmocka_unit_test(branches),
        cmocka_unit_test(at_random),
        cmocka_unit_test(diverges),
        cmocka_unit_test(memory_ends),
        cmocka_unit_test(read_fails),
        cmocka_unit_test(usual_checkpoints),
        cmocka_unit_test(probes_are_the_longest),
        cmocka_unit_test(large_models_are_measured_now_and_then),
        cmocka_unit_test(checkpoints),
        cmocka_unit_test(copies),
        cmocka_unit_test(copies_of_all),
        cmocka_unit_test(kept),
        cmocka_unit_test(keeper_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
