#include "checkpoint.h"
#include "command.h"
#include "file.h"
#include "mem.h"
#include "thread.h"
#include "training.h"
#include <math.h>
#include <stdio.h>

enum { VALIDATE_TIMES = 20 };

struct run {
    struct common common;
    struct model_words model;
    struct training_words training;
};

static bool log_open(const char *path, FILE **log, struct err *err) {
    *log = NULL;
    if (!path) return true;
    *log = fopen(path, "w");
    return *log || err_set(err, ERR_IO, "%s: expected a file to write the log to, found none", path);
}

static void log_line(FILE *log, long step, const struct step_report *report, double validation) {
    if (!log) return;
    json_t *line = json_pack("{s:I, s:o, s:o, s:o}", "step", (json_int_t)step, "loss", json_number(report->loss),
                             "grad_norm", json_number(report->grad_norm), "clip_scale", json_number(report->clip_scale));
    if (!isnan(validation)) json_object_set_new(line, "validation_loss", json_number(validation));
    json_dumpf(line, log, JSON_COMPACT | JSON_REAL_PRECISION(9));
    fputc('\n', log);
    fflush(log);
    json_decref(line);
}

static bool save(const struct run *run, const struct model *model, const struct dataset *data, struct err *err) {
    return !run->training.out || checkpoint_save(run->training.out, model, &data->vocabulary, err);
}

static void report_end(const struct run *run, const struct training *training, const struct model *model, double loss,
                       double validation, double seconds, long tokens) {
    if (run->common.json) {
        command_json(json_pack("{s:o, s:o, s:I, s:o, s:o, s:I}", "train_loss", json_number(loss), "validation_loss",
                               json_number(validation), "steps", (json_int_t)training->done, "seconds",
                               json_number(seconds), "tokens_per_s", json_number(seconds > 0 ? tokens / seconds : 0),
                               "parameters", (json_int_t)model->layout.weights));
        return;
    }
    printf("%ld updates in %.1f s, %.0f tokens/s, %zu parameters\n", training->done, seconds,
           seconds > 0 ? tokens / seconds : 0, model->layout.weights);
    printf("train loss %.4f nats a token", loss);
    if (!isnan(validation)) printf(", validation loss %.4f", validation);
    printf("\n");
    if (run->training.out && !run->common.quiet) printf("saved %s\n", run->training.out);
}

// The loop; returns the exit status.
static int train(const struct run *run, struct training *training, const struct model *model, long steps) {
    struct err err = {0};
    FILE *log;
    if (!log_open(run->training.log, &log, &err)) return command_fail(&err);
    struct progress_line line;
    progress_start(&line, run->common.quiet || run->common.json);
    interrupt_watch();
    double start = clock_seconds(), loss = NAN, validation = NAN, accuracy;
    long tokens = 0, ignored, every = steps / VALIDATE_TIMES > 0 ? steps / VALIDATE_TIMES : 1;
    bool good = true, stopped = false;
    while (good && training->done < steps && !(stopped = interrupt_asked())) {
        struct step_report report;
        if (!(good = training_step(training, &report, &err))) break;
        tokens += report.tokens;
        loss = isnan(loss) ? report.loss : 0.98 * loss + 0.02 * report.loss;
        bool measure = training->done % every == 0 || training->done == steps;
        if (measure) good = training_validate(training, &validation, &accuracy, &ignored, &err);
        if (ignored == 0) validation = NAN;
        log_line(log, training->done, &report, measure ? validation : NAN);
        if (run->training.save_every > 0 && training->done % run->training.save_every == 0)
            good = good && save(run, model, training->data, &err);
        progress_show(&line, (double)training->done / steps, "loss %.4f  validation %.4f  %.0f tokens/s", loss,
                      validation, tokens / (clock_seconds() - start));
    }
    progress_end(&line);
    double seconds = clock_seconds() - start;
    if (log) fclose(log);
    struct err saving = {0};
    bool saved = save(run, model, training->data, &saving); // also after a failure: the parameters are the last good ones
    if (!good) {
        int status = command_fail(&err);
        if (run->training.out && saved)
            fprintf(stderr, "unroll: the parameters before update %ld are in %s\n", training->done + 1, run->training.out);
        return status;
    }
    if (!saved) return command_fail(&saving);
    report_end(run, training, model, loss, validation, seconds, tokens);
    if (!stopped) return 0;
    fprintf(stderr, "unroll: stopped after %ld of %ld updates%s%s\n", training->done, steps,
            run->training.out ? "; saved " : "; nothing was saved, as there is no --out",
            run->training.out ? run->training.out : "");
    return 130;
}

static int run_train(const struct command *command, int argc, char **argv) {
    struct run run = {.model = model_words_default(), .training = training_words_default()};
    run.training.steps = 2000;
    run.training.lr = 0.005;
    run.model.hidden = 64;
    const struct option own[] = {
        {"out", OPTION_TEXT, &run.training.out, "M.safetensors", "where the model goes"},
        {"log", OPTION_TEXT, &run.training.log, "FILE.jsonl", "one JSON object an update"},
        {"save-every", OPTION_LONG, &run.training.save_every, "N", "also save after every N updates", .low = 0, .high = 1e9},
        {0}};
    const struct option *tables[] = {option_model(&run.model), option_training(&run.training), own, option_common(&run.common)};
    int status;
    if (command_parse(command, tables, 4, argc, argv, NULL, 0, &run.common, &status) < 0) return status;

    struct err err = {0};
    struct recipe recipe;
    if (!words_recipe(&run.model, &run.training, &recipe, &err)) return command_fail(&err);
    struct dataset *data = words_data(&run.model, &run.training, false, &err);
    if (!data) return command_fail(&err);
    struct model model = {0};
    struct training training = {0};
    recipe.spec.inputs = recipe.spec.outputs = data->vocabulary.count;
    if (recipe.max_T <= 0) recipe.max_T = training_length(data);
    struct rng rng = rng_seed((uint64_t)recipe.seed), batches = rng_fork(&rng, 1);
    status = 1;
    if (net_spec_check(&recipe.spec, &err) && model_init(&model, &recipe.spec, &err)) {
        model_randomise(&model, &rng, (float)recipe.forget_bias);
        if (training_init(&training, data, &model, &recipe.options, recipe.batch, recipe.max_T, batches, &err)) {
            long steps = run.training.steps;
            if (run.training.epochs > 0) {
                long each = data->shape == TEXT_WHOLE ? (long)(data->train_symbols / (size_t)recipe.max_T) : data->train_count;
                long updates = (each + recipe.batch - 1) / recipe.batch;
                steps = run.training.epochs * (updates > 0 ? updates : 1);
            }
            if (!run.common.quiet && !run.common.json)
                fprintf(stderr, "%s: %d examples (%s), %d symbols; %s, %d units, %zu parameters, %ld updates of %d x %d\n",
                        data->name, data->example_count, data->shape_reason, data->vocabulary.count,
                        net_cell(&recipe.spec)->title, recipe.spec.hidden, model.layout.weights, steps, recipe.batch, recipe.max_T);
            status = train(&run, &training, &model, steps);
            training_release(&training);
        } else
            status = command_fail(&err);
    } else
        status = command_fail(&err);
    model_release(&model);
    dataset_release(data);
    mem_free(data);
    return status;
}

const struct command command_train = {"train", "--data FILE [model options] [training options] [--out M.safetensors]",
                                      "Trains a network on a text, to predict the next character.", run_train};
