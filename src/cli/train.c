#include "checkpoint.h"
#include "command.h"
#include "file.h"
#include "init.h"
#include "score.h"
#include "mem.h"
#include "resume.h"
#include "task.h"
#include "thread.h"
#include "train_keep.h"
#include "training.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VALIDATE_TIMES = 20, DIVERGE_AFTER = 10 };
#define DIVERGE_FACTOR 1.5 // the running mean of the loss over the first loss

// The words of this command alone.
struct train_words {
    double clip_value, weight_decay, dropout, decay;
    int schedule, init;
    long warmup, decay_every, patience, validate_every;
    bool carry, by_length, verbose;
    const char *resume, *keep;
};

struct run {
    struct common common;
    struct model_words model;
    struct training_words training;
    struct train_words own;
    struct train_keep *keep;     // or NULL
    const struct recipe *recipe; // with what the data decide
};

// How far a run has come, beside what the trainer knows: kept in the checkpoint.
struct progress {
    double first, loss, validation,
        best;                // nats a token: of update 1, running mean, last measured, lowest; NaN = not yet
    double accuracy;         // at the last measurement
    long bad;                // measurements since the best
    bool diverged, early;    // the loss rose far above the first; stopped by --patience
    float *best_params;      // with --patience
    const struct task *task; // of a task: what it reached at the end
    struct scores scores;
};

static const char *schedule_choices[SCHEDULE_COUNT + 1], *init_choices[INIT_COUNT + 1];

static struct option *option_own(struct run *run) {
    static struct option table[21];
    struct train_words *own = &run->own;
    for (int k = 0; k < SCHEDULE_COUNT; k++)
        schedule_choices[k] = schedule_names[k];
    for (int k = 0; k < INIT_COUNT; k++)
        init_choices[k] = init_names[k];
    int n = 0;
    table[n++] = (struct option){"out", OPTION_TEXT, &run->training.out, "M.safetensors", "where the model goes"};
    table[n++] =
        (struct option){"resume", OPTION_TEXT, &own->resume, "M.safetensors|FOLDER", "go on with the run kept there"};
    table[n++] =
        (struct option){"keep", OPTION_TEXT, &own->keep, "FOLDER", "keep the run there: settings, curves, checkpoints"};
    table[n++] = (struct option){"log", OPTION_TEXT, &run->training.log, "FILE.jsonl", "one JSON object an update"};
    table[n++] =
        (struct option){"save-every", OPTION_LONG, &run->training.save_every, "N", "also save after every N updates",
                        .low = 0,     .high = 1e9};
    table[n++] = (struct option){
        "clip-value", OPTION_REAL, &own->clip_value, "X", "largest entry of the gradient; 0 = no clipping",
        .low = 0,     .high = 1e9};
    table[n++] = (struct option){"weight-decay",
                                 OPTION_REAL,
                                 &own->weight_decay,
                                 "X",
                                 "decoupled: every weight loses lr * X of itself an update",
                                 .low = 0,
                                 .high = 1e6};
    table[n++] =
        (struct option){"schedule", OPTION_CHOICE, &own->schedule, "NAME", "of the learning rate", schedule_choices};
    table[n++] =
        (struct option){"warmup", OPTION_LONG, &own->warmup, "N", "updates in which the learning rate rises from 0",
                        .low = 0, .high = 1e9};
    table[n++] =
        (struct option){"decay", OPTION_REAL, &own->decay, "X", "the factor of --schedule step", .low = 0, .high = 1};
    table[n++] =
        (struct option){"decay-every", OPTION_LONG, &own->decay_every, "N", "updates of a step; 0 = a third of the run",
                        .low = 0,      .high = 1e9};
    table[n++] = (struct option){"init", OPTION_CHOICE, &own->init, "NAME", "the first weights", init_choices};
    table[n++] = (struct option){
        "dropout", OPTION_REAL, &own->dropout, "P", "share of the values between layers that is left out",
        .low = 0,  .high = 0.99};
    table[n++] = (struct option){"patience",
                                 OPTION_LONG,
                                 &own->patience,
                                 "N",
                                 "stop after N measurements without a lower validation loss; 0 = never",
                                 .low = 0,
                                 .high = 1e6};
    table[n++] = (struct option){"validate-every",
                                 OPTION_LONG,
                                 &own->validate_every,
                                 "N",
                                 "updates between measurements; 0 = a twentieth of the run",
                                 .low = 0,
                                 .high = 1e9};
    table[n++] = (struct option){"carry", OPTION_FLAG, &own->carry,
                                 .help = "of a long text: windows follow on each other, the state is carried"};
    table[n++] = (struct option){"by-length", OPTION_FLAG, &own->by_length,
                                 .help = "of a list: minibatches of about the same length"};
    table[n++] = (struct option){"verbose", OPTION_FLAG, &own->verbose, .help = "say what memory the run takes"};
    table[n] = (struct option){0};
    return table;
}

static struct run run_default(void) {
    struct run run = {.model = model_words_default(), .training = training_words_default(), .own = {.decay = 0.1}};
    run.training.steps = 2000;
    run.training.lr = 0.005;
    run.model.hidden = 64;
    return run;
}

// The run that a task's own words describe, before what the user says.
static bool task_defaults(struct run *run, const char *text, struct err *err) {
    *run = run_default();
    if (!words_task_defaults(text, false, &run->model, &run->training, err)) return false;
    run->own.init = run->model.init;
    run->own.schedule = run->training.schedule;
    return true;
}

enum { TABLES = 4 };
static void run_tables(struct run *run, const struct option *tables[TABLES]) {
    tables[0] = option_model(&run->model);
    tables[1] = option_training(&run->training);
    tables[2] = option_own(run);
    tables[3] = option_common(&run->common);
}

// --- what is kept of a run, beside numbers ---

static void fingerprint(const struct dataset *data, char out[17]) {
    snprintf(out, 17, "%016llx", (unsigned long long)dataset_fingerprint(data));
}

// To be freed by the caller (jansson's). steps: the updates of the whole run, for --epochs too.
static char *run_text(const struct run *run, const struct dataset *data, const struct progress *p, long steps) {
    static const char *const except[] = {"save-every", "verbose",       "epochs", "steps",      "json",
                                         "quiet",      "help",          "cell",   "activation", "layers",
                                         "hidden",     "bidirectional", "kind",   "embed",      NULL};
    struct run copy = *run;
    const struct option *tables[TABLES];
    run_tables(&copy, tables);
    json_t *words = options_to_json(tables, TABLES, except);
    json_object_set_new(words, "steps", json_integer(steps));
    char hash[17];
    fingerprint(data, hash);
    json_t *json =
        json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:I, s:b}", "words", words, "data", hash, "first",
                  json_number(p->first), "loss", json_number(p->loss), "validation", json_number(p->validation), "best",
                  json_number(p->best), "bad", (json_int_t)p->bad, "diverged", p->diverged);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

static double number_or_nan(const json_t *json, const char *key) {
    const json_t *value = json_object_get(json, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static struct progress progress_from(const json_t *json) {
    return (struct progress){.accuracy = NAN,
                             .first = number_or_nan(json, "first"),
                             .loss = number_or_nan(json, "loss"),
                             .validation = number_or_nan(json, "validation"),
                             .best = number_or_nan(json, "best"),
                             .bad = (long)json_integer_value(json_object_get(json, "bad")),
                             .diverged = json_is_true(json_object_get(json, "diverged"))};
}

static bool log_open(const struct run *run, FILE **log, struct err *err) {
    const char *path = run->training.log;
    *log = NULL;
    if (!path) return true;
    *log = fopen(path, run->own.resume ? "a" : "w");
    return *log || err_set(err, ERR_IO, "%s: expected a file to write the log to, found none", path);
}

static void log_line(FILE *log, long step, const struct step_report *report, double validation) {
    if (!log) return;
    json_t *line =
        json_pack("{s:I, s:o, s:o, s:o}", "step", (json_int_t)step, "loss", json_number(report->loss), "grad_norm",
                  json_number(report->grad_norm), "clip_scale", json_number(report->clip_scale));
    if (!isnan(validation)) json_object_set_new(line, "validation_loss", json_number(validation));
    json_dumpf(line, log, JSON_COMPACT | JSON_REAL_PRECISION(9));
    fputc('\n', log);
    fflush(log);
    json_decref(line);
}

// --- saving ---

// Never over a good file with parameters that are not finite. A run that ended with --patience leaves its best
// parameters, and no state: it is over.
static bool save(const struct run *run, const struct training *training, const struct progress *p, long steps,
                 bool ended, struct err *err) {
    const struct model *model = training->model;
    if (!run->training.out) return true;
    int bad = model_not_finite(&model->layout, model->params);
    if (bad >= 0)
        return err_set(err, ERR_VALUE,
                       "after update %ld %s is not finite: the learning rate may be too large; %s was not written",
                       training->done, model->layout.params[bad].name, run->training.out);
    if (ended && p->best_params) return training_save_model(training, run->training.out, err);
    char *text = run_text(run, training->data, p, steps);
    bool good = training_save(training, run->training.out, text, p->best_params, err);
    free(text);
    return good;
}

static double lr_of(const struct training *training, double lr) {
    return training->scheduled ? schedule_lr(&training->schedule, training->done) : lr;
}

// Into the folder of --keep; measured: after a measurement.
static void write_kept(const struct run *run, const struct training *training, const struct progress *p, long steps,
                       bool measured) {
    if (!run->keep) return;
    const struct train_keep_measured losses = {p->validation, p->accuracy};
    char *text = run_text(run, training->data, p, steps);
    train_keep_write(run->keep, training, run->recipe, measured ? &losses : NULL, text, p->best_params);
    free(text);
}

// What perplexity and bits a character say of a loss: the first of nats a symbol, the second of characters alone.
static bool has_perplexity(const struct training *training) {
    return training->model->layout.spec.output == OUTPUT_SOFTMAX;
}

static bool has_bits(const struct training *training) {
    return dataset_is_language(training->data) && !training->data->task &&
           training->data->vocabulary.tokens == TOKENS_CHARACTER;
}

static void report_json(const struct training *training, const struct progress *p, double seconds, double per_second) {
    const struct model *model = training->model;
    json_t *json = json_pack("{s:o, s:o, s:s, s:o, s:I, s:o, s:o, s:I, s:b, s:b}", "train_loss", json_number(p->loss),
                             "validation_loss", json_number(p->validation), "loss_name",
                             training_loss_name(model->layout.spec.output), "validation_accuracy",
                             json_number(p->accuracy), "steps", (json_int_t)training->done, "seconds",
                             json_number(seconds), "tokens_per_s", json_number(per_second), "parameters",
                             (json_int_t)model->layout.weights, "stopped_early", p->early, "diverged", p->diverged);
    if (p->task) {
        bool reached;
        double value = score_of_task(&p->scores, p->task, &reached);
        json_t *level = json_pack("{s:s, s:o, s:o, s:b}", "measure", task_measure_names[p->task->measure], "value",
                                  json_number(value), "level", json_number(p->task->level), "reached", reached);
        json_object_set_new(json, "task", level);
    }
    if (has_perplexity(training)) json_object_set_new(json, "perplexity", json_number(exp(p->validation)));
    if (has_bits(training)) json_object_set_new(json, "bits_per_character", json_number(p->validation / log(2)));
    command_json(json);
}

static void report_end(const struct run *run, const struct training *training, const struct progress *p, double seconds,
                       long tokens) {
    const struct model *model = training->model;
    double per_second = seconds > 0 ? tokens / seconds : 0;
    bool nats = model->layout.spec.output != OUTPUT_LINEAR;
    if (run->common.json) {
        report_json(training, p, seconds, per_second);
        return;
    }
    printf("%ld updates in %.1f s, %.0f tokens/s, %zu parameters%s\n", training->done, seconds, per_second,
           model->layout.weights, p->early ? "; stopped early" : "");
    printf("train loss %.4f %s", p->loss, nats ? "nats a token" : "mean squared error");
    if (!isnan(p->validation)) printf(", validation loss %.4f", p->validation);
    if (!isnan(p->validation) && has_perplexity(training)) printf(" (perplexity %.3f", exp(p->validation));
    if (!isnan(p->validation) && has_bits(training)) printf(", %.3f bits a character", p->validation / log(2));
    if (!isnan(p->validation) && has_perplexity(training)) printf(", accuracy %.1f%%)", 100 * p->accuracy);
    printf("\n");
    if (p->task) {
        bool reached;
        double value = score_of_task(&p->scores, p->task, &reached);
        printf("%s: %s %.5g, %s the level of %g (%s)\n", p->task->title, task_measure_names[p->task->measure], value,
               reached ? "reaches" : "misses", p->task->level, p->task->level_note);
    }
    if (run->training.out && !run->common.quiet) printf("saved %s\n", run->training.out);
}

// What the run owns, and what is there beside it. Everything that a trainer owns has been written to: it is in memory.
static void report_memory(const struct training *training) {
    const double KIB = 1024.0;
    struct trainer_memory_parts m = trainer_memory_by_part(training->trainer);
    size_t parameters = training->model->layout.size * sizeof(float);
    size_t own = parameters + trainer_memory(training->trainer), all = mem_resident();
    fprintf(stderr,
            "memory: parameters %.1f KiB, gradients %.1f, optimiser %.1f, packed copies %.1f, workspace %.1f; %.1f KiB "
            "in all",
            parameters / KIB, m.gradients / KIB, m.state / KIB, m.packed / KIB, m.workspace / KIB, own / KIB);
    if (all > own) fprintf(stderr, ", beside %.1f KiB of the program, its libraries and the data", (all - own) / KIB);
    fprintf(stderr, "\n");
}

// Large matrix products take scratch inside of OpenBLAS.
static void report_peak(void) {
    if (mem_peak() > 0) fprintf(stderr, "memory: %.1f KiB at most\n", mem_peak() / 1024.0);
}

// --- the loop ---

static void watch_divergence(struct progress *p, const struct training *training, double lr) {
    if (p->diverged || training->done < DIVERGE_AFTER || !(p->loss > DIVERGE_FACTOR * p->first)) return;
    p->diverged = true;
    fprintf(stderr,
            "unroll: by update %ld the loss rose from %.3f to %.3f nats a token: it diverges; a learning rate below %g "
            "may help\n",
            training->done, p->first, p->loss, lr);
}

// After a measurement: keeps the best parameters; true when patience is at its end.
static bool patience_ends(struct progress *p, const struct training *training, long patience) {
    if (patience == 0) return false;
    if (!(p->validation >= p->best)) {
        p->best = p->validation;
        p->bad = 0;
        memcpy(p->best_params, training->model->params, training->model->layout.size * sizeof(float));
        return false;
    }
    return ++p->bad >= patience;
}

static long validate_every(const struct run *run, long steps) {
    if (run->own.validate_every > 0) return run->own.validate_every;
    return steps / VALIDATE_TIMES > 0 ? steps / VALIDATE_TIMES : 1;
}

// Returns the exit status.
static int train(const struct run *run, struct training *training, struct progress *p, long steps, double lr) {
    struct err err = {0};
    FILE *log;
    if (!log_open(run, &log, &err)) return command_fail(&err);
    struct progress_line line;
    progress_start(&line, run->common.quiet || run->common.json);
    interrupt_watch();
    double start = clock_seconds();
    long tokens = 0, ignored = 0, every = validate_every(run, steps), saved_at = -1;
    bool good = true, stopped = false;
    while (good && !p->early && training->done < steps && !(stopped = interrupt_asked())) {
        struct step_report report;
        double before = clock_seconds();
        if (!(good = training_step(training, &report, &err))) break;
        if (run->keep) good = train_keep_add(run->keep, &report, lr_of(training, lr), clock_seconds() - before, &err);
        tokens += report.tokens;
        if (training->done == 1) p->first = report.loss;
        p->loss = isnan(p->loss) ? report.loss : 0.98 * p->loss + 0.02 * report.loss;
        watch_divergence(p, training, lr);
        bool measure = training->done % every == 0 || training->done == steps;
        if (good && measure) good = training_validate(training, &p->validation, &p->accuracy, &ignored, &err);
        if (measure && ignored == 0) p->validation = p->accuracy = NAN;
        if (measure && good) p->early = patience_ends(p, training, run->own.patience);
        log_line(log, training->done, &report, measure ? p->validation : NAN);
        if (good && measure) write_kept(run, training, p, steps, true);
        if (good && run->training.save_every > 0 && training->done % run->training.save_every == 0) {
            good = save(run, training, p, steps, false, &err);
            if (good) saved_at = training->done;
        }
        progress_show(&line, (double)training->done / steps, "loss %.4f  validation %.4f  %.0f tokens/s", p->loss,
                      p->validation, tokens / (clock_seconds() - start));
    }
    progress_end(&line);
    double seconds = clock_seconds() - start;
    if (log) fclose(log);
    struct err saving = {0};
    if (!good) { // the parameters are those before the update that failed; a checkpoint of this run that is there is
                 // better
        int status = command_fail(&err);
        if (run->training.out && saved_at >= 0)
            fprintf(stderr, "unroll: the parameters after update %ld are in %s\n", saved_at, run->training.out);
        else if (run->training.out && save(run, training, p, steps, false, &saving))
            fprintf(stderr, "unroll: the parameters before update %ld are in %s\n", training->done + 1,
                    run->training.out);
        return status;
    }
    if (stopped) write_kept(run, training, p, steps, false);
    if (!stopped && p->best_params && !isnan(p->best)) {
        memcpy(training->model->params, p->best_params, training->model->layout.size * sizeof(float));
        p->validation = p->best;
    }
    if (!save(run, training, p, steps, !stopped, &saving)) return command_fail(&saving);
    if (training->data->task && !stopped) {
        p->task = training->data->task;
        trainer_refresh(training->trainer);
        if (!training_score(training, &p->scores, &saving)) return command_fail(&saving);
    }
    report_end(run, training, p, seconds, tokens);
    if (run->own.verbose) report_peak();
    if (!stopped) return 0;
    const char *kept = run->own.keep ? run->own.keep : run->keep ? run->own.resume : NULL;
    const char *where = run->training.out ? run->training.out : kept;
    fprintf(stderr, "unroll: stopped after %ld of %ld updates%s%s\n", training->done, steps,
            where ? "; saved " : "; nothing was saved, as there is no --out", where ? where : "");
    return 130;
}

static long steps_of(const struct run *run, const struct recipe *recipe, const struct dataset *data) {
    if (run->training.epochs <= 0) return run->training.steps;
    long updates = training_epoch(data, recipe->batch, recipe->max_T);
    if (run->own.carry && data->shape == TEXT_WHOLE)
        updates = dataset_stream_windows(data, DATASET_TRAIN, recipe->batch, recipe->max_T);
    return run->training.epochs * (updates > 0 ? updates : 1);
}

// --- going on with a kept run ---

// Of a folder that the window wrote: no words of a command line, but all options.
static void words_of_recipe(struct run *run, const struct recipe *recipe) {
    const struct train_options *options = &recipe->options;
    run->training.seed = recipe->seed;
    run->training.steps = recipe->steps;
    run->training.batch = recipe->batch;
    run->training.seq = recipe->max_T;
    run->training.forget_bias = recipe->forget_bias;
    run->training.optimizer = (int)options->optimizer;
    run->training.lr = options->lr;
    run->training.clip_norm = options->clip_norm;
    run->training.threads = options->threads;
    run->own.clip_value = options->clip_value;
    run->own.weight_decay = options->weight_decay;
    run->own.dropout = options->dropout;
    run->own.init = (int)recipe->init;
    run->own.schedule = (int)recipe->schedule;
}

// Options that the window does not have: a run with them goes on here alone.
static bool has_own_options(const struct run *run) {
    const struct train_words *own = &run->own;
    return own->carry || own->by_length || own->patience > 0 || own->warmup > 0 || own->decay_every > 0 ||
           (own->schedule == SCHEDULE_STEP && own->decay != 0.1) || run->training.folds > 0 ||
           (run->model.reverse_source && !run->model.task);
}

// The words of the command line again, over those of the kept run. The network is the checkpoint's.
static bool resume_words(struct run *run, const struct checkpoint *from, int argc, char **argv, const json_t *kept,
                         struct err *err) {
    const char *path = run->own.resume;
    const struct net_spec *spec = &from->model.layout.spec;
    const struct option *tables[TABLES];
    struct train_keep *keep = run->keep;
    const json_t *words = json_object_get(kept, "words");
    *run = run_default();
    run->keep = keep;
    run_tables(run, tables);
    if (keep) train_keep_words(keep, &run->model, &run->training);
    if (keep && !words) words_of_recipe(run, train_keep_recipe(keep));
    if (!options_from_json(tables, TABLES, words, err)) {
        char why[200];
        snprintf(why, sizeof why, "%.190s", err->message);
        return err_at(err, ERR_FORMAT, path, 0, 0, "the words of the run: %s", why);
    }
    struct model_words own = run->model;
    own.cell = (int)spec->cell;
    own.activation = (int)spec->activation;
    own.layers = spec->layers;
    own.hidden = spec->hidden;
    own.kind = (int)spec->kind;
    own.embed = spec->embed;
    own.bidirectional = spec->directions == 2;
    run->model = own;
    if (options_parse(tables, TABLES, argc, argv, NULL, 0, err) < 0) return false;
    if (run->own.keep) return err_set(err, ERR_USAGE, "--keep begins a folder: it does not go with --resume");
    const struct model_words *said = &run->model;
    if (said->cell == own.cell && said->activation == own.activation && said->layers == own.layers &&
        said->hidden == own.hidden && said->kind == own.kind && said->embed == own.embed &&
        said->bidirectional == own.bidirectional)
        return true;
    return err_set(err, ERR_USAGE,
                   "--resume: %s holds %s with %d layer%s of %d units; the words ask for another network", path,
                   net_cell(spec)->title, own.layers, own.layers == 1 ? "" : "s", own.hidden);
}

// A checkpoint of the window does not say what data it is of: its folder does.
static void name_data(json_t *kept, uint64_t data) {
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)data);
    json_object_set_new(kept, "data", json_string(hash));
}

static void resume_remarks(const struct run *run, const struct checkpoint *from, const struct dataset *data,
                           const json_t *kept) {
    if (run->common.quiet) return;
    char hash[17];
    fingerprint(data, hash);
    const char *before = json_string_value(json_object_get(kept, "data"));
    if (!from->state.run)
        fprintf(stderr, "%s: holds weights and no state of a run: update 1 comes next\n", run->own.resume);
    else if (!before || strcmp(before, hash) != 0)
        fprintf(stderr, "%s: the run goes on with another text than it began with\n", run->own.resume);
}

static bool same_sizes(const struct net_spec *of_data, const struct net_spec *of_model, const char *path,
                       struct err *err) {
    if (of_data->inputs == of_model->inputs && of_data->outputs == of_model->outputs &&
        of_data->output == of_model->output && of_data->real_input == of_model->real_input)
        return true;
    return err_set(err, ERR_VALUE, "%s: expected data of %d %s with %d outputs (%s), found %d %s with %d (%s)", path,
                   of_model->inputs, of_model->real_input ? "channels" : "symbols", of_model->outputs,
                   net_output_names[of_model->output], of_data->inputs, of_data->real_input ? "channels" : "symbols",
                   of_data->outputs, net_output_names[of_data->output]);
}

// recipe: settled. Its first weights and schedule are words of this command.
static bool begin_keeping(struct run *run, const struct recipe *recipe, long steps, bool resumed, struct err *err) {
    static struct recipe whole; // of the run: there is one a process
    whole = *recipe;
    whole.steps = steps;
    whole.init = (enum init_kind)run->own.init;
    whole.schedule = (enum schedule_kind)run->own.schedule;
    run->recipe = &whole;
    if (run->keep) return train_keep_set_recipe(run->keep, &whole, has_own_options(run), err);
    if (!run->own.keep || resumed) return true;
    run->keep = train_keep_new(run->own.keep, &run->model, &run->training, &whole, validate_every(run, steps),
                               has_own_options(run), err);
    return run->keep != NULL;
}

// Model, trainer and state, from the checkpoint or new; then the loop.
static int train_on(struct run *run, struct recipe *recipe, const struct dataset *data, const struct checkpoint *from,
                    const json_t *kept) {
    struct err err = {0};
    struct model model = {0};
    struct training training = {0};
    struct progress progress = progress_from(kept);
    bool good = training_network(data, recipe->kind, &recipe->spec, &err) &&
                (!from || same_sizes(&recipe->spec, &from->model.layout.spec, run->own.resume, &err)) &&
                (!data->fresh || run->training.epochs == 0 ||
                 err_set(&err, ERR_USAGE, "--epochs: %s makes new examples for every minibatch; --steps counts those",
                         data->name));
    if (!good) return command_fail(&err);
    if (recipe->max_T <= 0) recipe->max_T = training_length(data);
    run->training.seq = recipe->max_T;
    long steps = steps_of(run, recipe, data);
    struct rng rng = rng_seed((uint64_t)recipe->seed), batches = rng_fork(&rng, 1);
    struct training_plan plan = {.carry = run->own.carry,
                                 .by_length = run->own.by_length,
                                 .schedule = {.kind = (enum schedule_kind)run->own.schedule,
                                              .lr = recipe->options.lr,
                                              .warmup = run->own.warmup,
                                              .total = steps,
                                              .every = run->own.decay_every,
                                              .factor = run->own.decay}};
    bool has_validation =
        data->shape == TEXT_LINES ? data->validation_count > 0 : data->train_symbols < data->symbol_count;
    if (run->own.patience > 0 && !has_validation)
        good = err_set(&err, ERR_VALUE, "--patience: expected a validation part to measure on, found none");
    if (good && from && from->state.run && from->state.updates >= steps)
        good =
            err_set(&err, ERR_VALUE, "%s: all of its %lld updates are done; --steps says for how many in all to go on",
                    run->own.resume, (long long)from->state.updates);
    good = good && net_spec_check(&recipe->spec, &err);
    if (good && from) good = model_copy(&model, &from->model, &err);
    if (good && !from)
        good = model_init(&model, &recipe->spec, &err) &&
               model_init_weights(&model, (enum init_kind)run->own.init, &rng, (float)recipe->forget_bias, &err);
    good = good &&
           training_init(&training, data, &model, &recipe->options, recipe->batch, recipe->max_T, batches, &err) &&
           training_follow(&training, &plan, &err);
    if (good && from && from->state.run) good = training_restore(&training, &from->state, &err);
    if (good && run->own.patience > 0) {
        size_t bytes = model.layout.size * sizeof(float);
        progress.best_params = mem_need(1, bytes);
        const float *best = from ? from->state.slab[CHECKPOINT_BEST] : NULL;
        if (best) memcpy(progress.best_params, best, bytes);
    }
    if (good) good = begin_keeping(run, recipe, steps, from != NULL, &err);
    int status;
    if (good) {
        if (!run->common.quiet && !run->common.json)
            fprintf(stderr,
                    "%s: %d examples (%s), %d %s, %d outputs; %s, %s, %d units, %zu parameters, %ld updates of %d x "
                    "%d\n",
                    data->name, data->example_count, data->shape_reason, recipe->spec.inputs,
                    recipe->spec.real_input ? "channels" : "symbols", recipe->spec.outputs,
                    net_kind_names[recipe->spec.kind], net_cell(&recipe->spec)->title, recipe->spec.hidden,
                    model.layout.weights, steps - training.done, recipe->batch, recipe->max_T);
        if (run->own.dropout > 0 && recipe->spec.layers == 1 && !run->common.quiet)
            fprintf(stderr, "--dropout acts between stacked layers; one layer has nothing to leave out\n");
        if (run->own.verbose) report_memory(&training);
        status = train(run, &training, &progress, steps, recipe->options.lr);
    } else
        status = command_fail(&err);
    training_release(&training);
    mem_free(progress.best_params);
    model_release(&model);
    return status;
}

static int run_train(const struct command *command, int argc, char **argv) {
    struct run run = run_default();
    const struct option *tables[TABLES];
    run_tables(&run, tables);
    int status;
    if (command_parse(command, tables, TABLES, argc, argv, NULL, 0, &run.common, &status) < 0) return status;

    struct err err = {0};
    struct checkpoint from = {0};
    json_t *kept = NULL;
    bool resumed = run.own.resume != NULL, good = true;
    if (resumed) {
        const char *path = run.own.resume;
        if (file_is_directory(path)) {
            good = (run.keep = train_keep_open(path, &err)) != NULL;
            if (good) path = train_keep_checkpoint(run.keep);
        }
        good = good && checkpoint_load_state(&from, path, &err);
        if (good) kept = json_loads(from.state.run ? from.state.run : "{}", 0, NULL);
        if (good && !kept) good = err_at(&err, ERR_FORMAT, run.own.resume, 0, 0, "metadata \"run\" is not valid JSON");
        if (good && run.keep) name_data(kept, train_keep_data(run.keep));
        good = good && resume_words(&run, &from, argc, argv, kept, &err);
        if (good && from.vocabulary.count > 0) run.training.vocabulary = &from.vocabulary;
        if (good && from.labels.count > 0) run.training.labels = &from.labels;
    }
    if (!resumed && run.model.task) {
        good = task_defaults(&run, run.model.task, &err);
        if (good) options_parse(tables, TABLES, argc, argv, NULL, 0, &err); // was good before
    }
    struct recipe recipe;
    struct dataset *data = NULL;
    if (good) {
        words_recipe(&run.model, &run.training, &recipe);
        recipe.options.clip_value = run.own.clip_value;
        recipe.options.dropout = run.own.dropout;
        recipe.options.dropout_seed = (uint64_t)recipe.seed;
        recipe.options.weight_decay = run.own.weight_decay;
        data = words_data(&run.model, &run.training, false, &err);
        good = data != NULL;
    }
    if (good) {
        if (resumed) resume_remarks(&run, &from, data, kept);
        status = train_on(&run, &recipe, data, resumed ? &from : NULL, kept);
    } else
        status = command_fail(&err);
    train_keep_free(run.keep);
    if (data) dataset_release(data);
    mem_free(data);
    json_decref(kept);
    checkpoint_release(&from);
    return status;
}

const struct command command_train = {
    "train", "(--data FILE | --task ID) [model options] [training options] [--out M.safetensors]",
    "Trains a network on a file of data or on a built-in task.", run_train};
