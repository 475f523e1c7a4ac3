#include "command.h"
#include "mem.h"
#include "narration.h"
#include "opening.h"
#include "trace_origin.h"
#include "surgery.h"
#include "trace_input.h"
#include "homework_files.h"
#include "trace_out.h"
#include <stdio.h>
#include <string.h>

struct words {
    struct common common;
    struct opening opening;
    struct arrays_words arrays;
    const char *out, *clamp, *origin, *edit;
    const char *against;
    bool itemised, paths;
    int jacobian[2]; // from, to, counted from 1; 0: none
    int reduction;
};

// One update, whole; the record and the script are the workbench's or our own.
struct traced {
    struct workbench *bench;
    struct record *own_record;
    struct script *own_script;
    const struct record *record;
    const struct script *script;
    char example[512];
};

static void narrate_all(const struct traced *traced, bool json) {
    json_t *steps = json_array();
    for (int p = 1; p <= traced->script->count; p++) {
        struct narration narration;
        char text[1024], title[128];
        narrate(&narration, traced->record, traced->script, p, -1, NOTATION_COURSE);
        narrate_plain(&narration, text, sizeof text);
        if (json) {
            step_title(traced->record, script_running(traced->script, p), title, sizeof title);
            json_array_append_new(steps, json_pack("{s:i, s:s, s:s}", "step", p, "title", title, "narration", text));
        } else
            printf("%3d  %s\n", p, text);
    }
    if (json)
        command_json(json_pack("{s:s, s:o, s:o, s:o}", "example", traced->example, "loss",
                               json_number(traced->record->loss), "grad_norm", json_number(traced->record->grad_norm),
                               "steps", steps));
    else
        json_decref(steps);
}

static void tell_file(const struct words *words, const struct traced *traced) {
    const struct record *record = traced->record;
    json_t *steps = json_integer(traced->script->count);
    if (words->common.json)
        command_json(json_pack("{s:s, s:s, s:O, s:o, s:o}", "out", words->out, "example", traced->example, "steps",
                               steps, "loss", json_number(record->loss), "grad_norm", json_number(record->grad_norm)));
    else if (!words->common.quiet)
        printf("%s: “%s”, loss %.6f%s, gradient norm %.6f\n", words->out, traced->example, record->loss,
               record->layout.spec.output == OUTPUT_LINEAR ? "" : " nats", record->grad_norm);
    json_decref(steps);
}

// ---- what is traced ----

static bool set_edits(struct workbench *bench, const struct words *words, struct err *err) {
    const struct record *record = bench->record;
    struct edits edits = {0};
    return arrays_edits(&edits, words->clamp, words->edit, record, err) &&
           (edits.count == 0 || workbench_set_edits(bench, &edits, false, err));
}

// The workbench records the course's sum; training's mean is recorded here.
static bool record_mean(struct traced *traced, struct err *err) {
    traced->own_record = workbench_record_as(traced->bench, REDUCTION_MEAN, err);
    traced->own_script = traced->own_record ? script_new(traced->own_record, err) : NULL;
    traced->record = traced->own_record;
    traced->script = traced->own_script;
    return traced->script != NULL;
}

static bool trace_data(const struct words *words, struct traced *traced, struct err *err) {
    struct setup setup;
    if (!opening_setup(&words->opening, &setup, err)) return false;
    traced->bench = setup_build(&setup, NULL, NULL, err);
    if (!traced->bench || !set_edits(traced->bench, words, err)) return false;
    traced->record = traced->bench->record;
    traced->script = traced->bench->script;
    snprintf(traced->example, sizeof traced->example, "%s", traced->bench->example_text);
    bool as_it_is = words->reduction == REDUCTION_SUM || traced->record->batch; // a minibatch's is the mean of it
    return as_it_is || record_mean(traced, err);
}

static bool trace_arrays(const struct words *words, struct traced *traced, struct err *err) {
    const struct opening *opening = &words->opening;
    if (opening->model.data || opening->word)
        return err_set(err, ERR_USAGE, "--input: expected no --data and no --word beside it, found --%s",
                       opening->word ? "word" : "data");
    traced->own_record =
        arrays_record(opening, &words->arrays, (enum reduction)words->reduction, words->clamp, words->edit, err);
    if (!traced->own_record) return false;
    traced->record = traced->own_record;
    snprintf(traced->example, sizeof traced->example, "%.400s, example %d", words->arrays.input,
             opening->example > 0 ? opening->example : 1);
    traced->own_script = script_new(traced->own_record, err);
    traced->script = traced->own_script;
    return traced->script != NULL;
}

// ---- arrays of a learner's own ----

static const char *const verdicts[] = {[HOMEWORK_UNKNOWN] = "unknown",
                                       [HOMEWORK_SHAPE] = "shape",
                                       [HOMEWORK_RIGHT] = "right",
                                       [HOMEWORK_DIFFERS] = "differs"};

// Says of every array whether it is right; the exit status is 1 where one is not.
static bool compare(const struct traced *traced, const char *path, bool json, int *status, struct err *err) {
    struct homework_files files = {0};
    if (!homework_files_add(&files, path, err)) return false;
    struct homework *work = homework_check(traced->record, files.arrays, files.count, HOMEWORK_TOLERANCE, err);
    json_t *list = json_array();
    *status = 0;
    for (int k = 0; work && k < work->count; k++) {
        const struct homework_finding *f = &work->list[k];
        if (f->verdict != HOMEWORK_RIGHT) *status = 1;
        if (json)
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b}", "name", f->name, "verdict",
                                            verdicts[f->verdict], "tensor", f->tensor, "said", f->said, "guess",
                                            f->guess, "largest", json_number(f->largest), "first", work->first == k));
        else
            printf("%s %s: %s: %s%s%s\n", work->first == k ? ">" : " ", f->name, verdicts[f->verdict], f->said,
                   *f->guess ? "; it looks like this: " : "", f->guess);
    }
    if (work && json) command_json(json_pack("{s:O}", "arrays", list));
    json_decref(list);
    bool good = work != NULL;
    homework_free(work);
    homework_files_release(&files);
    return good;
}

// ---- the command ----

static const char *const reductions[] = {[REDUCTION_SUM] = "sum", [REDUCTION_MEAN] = "mean", NULL};
static const char *const outputs[] = {"softmax", "sigmoid", "linear", NULL};

static int parse(const struct command *command, int argc, char **argv, struct words *words, int *status) {
    const struct option own[] = {
        {"input", OPTION_TEXT, &words->arrays.input, "X.npy",
         "the example as an array: (T, I) or (T, B, I) numbers, (T) or (T, B) symbols"},
        {"target", OPTION_TEXT, &words->arrays.target, "Y.npy",
         "its answers: (T) or (T, B) symbols, (T, O) or (T, B, O) numbers"},
        {"output", OPTION_CHOICE, &words->arrays.output, "O", "what the head makes of its logits, with --input",
         outputs},
        {"reduction", OPTION_CHOICE, &words->reduction, "R", "the loss: the course's sum, or training's mean",
         reductions},
        {"out", OPTION_TEXT, &words->out, "T.safetensors",
         "every number as arrays (DIR/: as .npy); without it the steps are told in words"},
        {"clamp", OPTION_TEXT, &words->clamp, "SLOT[:UNIT]@A[-B]=V,...",
         "values set by hand: gate_f:2@3-5=0; units and timesteps from 1"},
        {"against", OPTION_TEXT, &words->against, "FILE",
         "arrays of your own (.npy, .csv, .safetensors, a folder of .npy) held against it: what differs first, and "
         "why"},
        {"origin", OPTION_TEXT, &words->origin, "PLACE",
         "where one number comes from and goes: \"forward/l0/c 3 2\", indices from 1"},
        {"edit", OPTION_TEXT, &words->edit, "LIST",
         "the same, and gate_f@3-5=keep, input@3=o, input:1@3=0.5, target@3=o, rnn.weight_hh_l0[2][1]=0.5"},
        {"itemised", OPTION_FLAG, &words->itemised, NULL, "with --out: gradients by the loss that they come from"},
        {"paths", OPTION_FLAG, &words->paths, NULL,
         "with --itemised: also those through each gate and the memory lane"},
        {"jacobian", OPTION_RANGE, words->jacobian, "A:B",
         "with --out: how the states at timestep B answer to those at A, with factors"},
        {0}};
    const struct option *tables[] = {own, option_opening(&words->opening), option_model(&words->opening.model),
                                     option_training(&words->opening.training), option_common(&words->common)};
    const char *positional[1];
    int count = opening_parse(&words->opening, command, tables, 5, argc, argv, positional, 1, &words->common, status);
    if (count > 0) words->opening.checkpoint = positional[0];
    return count;
}

static bool check_words(const struct words *words, struct err *err) {
    bool jacobian = words->jacobian[1] > 0;
    if ((words->itemised || jacobian) && !words->out)
        return err_set(err, ERR_USAGE, "--%s: expected --out as well, found none", jacobian ? "jacobian" : "itemised");
    if (words->paths && !words->itemised)
        return err_set(err, ERR_USAGE, "--paths: expected --itemised as well, found none");
    if (jacobian && (words->jacobian[0] < 1 || words->jacobian[1] <= words->jacobian[0]))
        return err_set(err, ERR_USAGE, "--jacobian: expected two timesteps, the second later, found %d:%d",
                       words->jacobian[0], words->jacobian[1]);
    if (words->origin && words->out) return err_set(err, ERR_USAGE, "--origin: expected no --out beside it, found one");
    bool alone = words->arrays.target || words->arrays.output >= 0;
    if (alone && !words->arrays.input)
        return err_set(err, ERR_USAGE, "--%s: expected --input as well, found none",
                       words->arrays.target ? "target" : "output");
    return true;
}

// Model options that nobody said are those of the workbench, or with --input found in the files.
static void fill_model(struct words *words) {
    struct model_words usual = model_words_default(), *model = &words->opening.model;
    if (words->arrays.input) return;
    if (model->cell == CELL_COUNT) model->cell = usual.cell;
    if (model->layers == 0) model->layers = usual.layers;
    if (model->hidden == 0) model->hidden = usual.hidden;
}

static int run_trace(const struct command *command, int argc, char **argv) {
    struct words words = {.opening = opening_default(), .arrays.output = -1};
    struct traced traced = {0};
    struct err err = {0};
    int status;
    arrays_model_unknown(&words.opening.model);
    if (parse(command, argc, argv, &words, &status) < 0) return status;
    status = 0;
    fill_model(&words);
    bool good = check_words(&words, &err) &&
                (words.arrays.input ? trace_arrays(&words, &traced, &err) : trace_data(&words, &traced, &err));
    if (good && words.origin)
        good = tell_origin(traced.record, words.origin, words.common.json, &err);
    else if (good && words.out) {
        struct trace_file file = {.record = traced.record,
                                  .example = traced.example,
                                  .clamp = words.clamp,
                                  .edit = words.edit,
                                  .itemised = words.itemised,
                                  .paths = words.paths,
                                  .jacobian = {words.jacobian[0] - 1, words.jacobian[1] - 1}};
        good = trace_save(&file, words.out, &err);
        if (good) tell_file(&words, &traced);
    } else if (good && words.against)
        good = compare(&traced, words.against, words.common.json, &status, &err);
    else if (good)
        narrate_all(&traced, words.common.json);
    script_free(traced.own_script);
    record_free(traced.own_record);
    workbench_free(traced.bench);
    return good ? status : command_fail(&err);
}

const struct command command_trace = {
    "trace",
    "[M.safetensors | model options] [--data FILE] [--example N | --word TEXT | --input X.npy [--target Y.npy]] "
    "[--clamp LIST] [--edit LIST] [--against FILE] [--origin PLACE] "
    "[--out T.safetensors | T.csv | DIR/ [--itemised [--paths]] [--jacobian A:B]]",
    "Everything that one example does to a network: told step by step, or as arrays.", run_trace};
