// The sampling and the sentence view by events: stepped by keys and by the pointer, their settings changed, and every
// number on screen recomputed from the core's sampler and reference; the texts are those of `unroll sample`, the
// probabilities those of `unroll eval --sentence`.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "checkpoint.h"
#include "drive.h"
#include "mem.h"
#include "sampler.h"
#include "sampling_parts.h"
#include "str.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static struct drive open_app(const char *view, const char *data, enum token_kind tokens) {
    struct drive drive;
    struct err err = {0};
    struct app_options options = {.setup = setup_default(), .theme = 0, .reduced_motion = true, .wait = true};
    options.setup.recipe.steps = 60;
    options.setup.tokens = tokens;
    options.setup.min_count = data ? 2 : 1;
    if (data) {
        snprintf(options.setup.data, sizeof options.setup.data, "%s", data);
        options.setup.shape = TEXT_LINES;
    } else
        snprintf(options.setup.word, sizeof options.setup.word, "troodon");
    if (!drive_open(&drive, &options, 1440, 900, 1, &err)) fail_msg("%s", err.message);
    app_show_view(drive.app, view_find(view));
    drive_frame(&drive);
    drive_frame(&drive);
    return drive;
}

static struct sampling_memory *memory_of(const struct drive *drive) {
    return drive->app->view_memory[view_find("sampling")];
}

static const struct sampling *run_of(const struct drive *drive) {
    return drive->app->speech.said.sampling;
}

static struct draw_rule rule_of(const struct drive *drive) {
    return sampling_options(run_of(drive))->rule;
}

// The text of the whole run, as the vocabulary writes it.
static void words_on_screen(const struct drive *drive, struct str *out) {
    const struct sampling *run = run_of(drive);
    const struct sampling_options *options = sampling_options(run);
    int symbols[SAMPLING_MAX + SPOKEN_TEXT], n = 0;
    for (int i = 0; i < options->prefix_length; i++)
        symbols[n++] = options->prefix[i];
    for (int k = 0; k < sampling_count(run); k++)
        if (sampling_step(run, k).chosen != options->end) symbols[n++] = sampling_step(run, k).chosen;
    str_clear(out);
    vocabulary_decode(&drive->app->bench->data->vocabulary, symbols, n, out);
}

static void run_command(const char *arguments, char *out, size_t size) {
    char command[4096];
    snprintf(command, sizeof command, "'%s' %s", UNROLL, arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t n = fread(out, 1, size - 1, pipe);
    out[n] = 0;
    assert_int_equal(pclose(pipe), 0);
}

static void save_model(const struct drive *drive, char path[64]) {
    struct err err = {0};
    snprintf(path, 64, "/tmp/unroll-speech-XXXXXX");
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    close(handle);
    const struct workbench *bench = drive->app->bench;
    if (!checkpoint_save(path, &bench->model, &bench->data->vocabulary, &err)) fail_msg("%s", err.message);
}

static void ask_sample(struct drive *drive, long seed, double temperature, int top_k, const char *prefix) {
    struct ask *ask = &drive->app->view.ask;
    *ask = (struct ask){.kind = ASK_SAMPLE, .sample = {seed, temperature, top_k}};
    snprintf(ask->text, sizeof ask->text, "%s", prefix);
    drive_frame(drive);
    drive_frame(drive);
}

static void texts_are_those_of_the_command(void **state) {
    (void)state;
    static const struct {
        long seed;
        double temperature;
        int top_k;
        const char *prefix;
    } cases[] = {{1, 1, 0, ""}, {2, 0.5, 0, "tri"}, {3, 1.7, 5, ""}, {4, 0, 0, "a"}, {123456, 1, 3, "sau"}};
    struct drive drive = open_app("sampling", NULL, TOKENS_CHARACTER);
    char path[64], arguments[256], told[4096];
    save_model(&drive, path);
    struct str shown = {0};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        ask_sample(&drive, cases[k].seed, cases[k].temperature, cases[k].top_k, cases[k].prefix);
        assert_true(sampling_done(run_of(&drive)));
        words_on_screen(&drive, &shown);
        str_put(&shown, "\n");
        snprintf(arguments, sizeof arguments, "sample %s --count 1 --seed %ld --temperature %g --top-k %d --prime '%s'",
                 path, cases[k].seed, cases[k].temperature, cases[k].top_k, cases[k].prefix);
        run_command(arguments, told, sizeof told);
        assert_string_equal(str_text(&shown), told);
    }
    str_release(&shown);
    unlink(path);
    drive_close(&drive);
}

// A bias that is set by hand is the network's while it is: what is drawn is what the command draws of a model with it.
static void a_weight_set_by_hand_writes(void **state) {
    (void)state;
    struct drive drive = open_app("sampling", NULL, TOKENS_CHARACTER);
    struct workbench *bench = drive.app->bench;
    struct str plain = {0}, edited = {0};
    words_on_screen(&drive, &plain);
    struct edits edits = {0};
    struct err err = {0};
    if (!edits_parse(&edits, "head.bias[5]=4", bench->record, &err)) fail_msg("%s", err.message);
    assert_true(app_set_edits(drive.app, &edits, false));
    drive_settle(&drive);
    words_on_screen(&drive, &edited);
    assert_string_not_equal(str_text(&plain), str_text(&edited));

    char path[64], arguments[256], told[4096];
    const struct param *bias = &bench->model.layout.params[edits.list[0].param];
    float *params = bench->model.params, before = params[bias->offset + 4];
    params[bias->offset + 4] = 4;
    save_model(&drive, path);
    params[bias->offset + 4] = before;
    snprintf(arguments, sizeof arguments, "sample %s --count 1 --seed %ld", path, drive.app->speech.seed);
    run_command(arguments, told, sizeof told);
    str_put(&edited, "\n");
    assert_string_equal(str_text(&edited), told);

    app_undo(drive.app);
    drive_settle(&drive);
    words_on_screen(&drive, &edited);
    assert_string_equal(str_text(&plain), str_text(&edited));
    str_release(&plain);
    str_release(&edited);
    unlink(path);
    drive_close(&drive);
}

// --- every number on screen ---

struct expected { // of one step, formed anew from the sampler
    double logits[64], scaled[64], p[64], kept[64], from[64], to[64], share, number;
};

static void expect(const struct drive *drive, int step, struct expected *e) {
    const struct model *model = &drive->app->bench->model;
    const struct sampling_options *options = sampling_options(run_of(drive));
    const struct draw_rule *rule = &options->rule;
    struct sampler *sampler = sampler_new(model, NULL);
    struct rng rng = rng_seed(options->seed);
    int V = model->layout.spec.outputs;
    assert_true(V <= 64);
    sampler_feed(sampler, -1);
    for (int i = 0; i < options->prefix_length; i++)
        sampler_feed(sampler, options->prefix[i]);
    for (int k = 0; k < step; k++)
        sampler_feed(sampler, sampler_draw(sampler, rule->temperature, rule->top_k, rule->forbid, &rng));
    double temperature = rule->temperature > 0 ? rule->temperature : 1, whole = 0, at = 0;
    int order[64], n = 0;
    for (int i = 0; i < V; i++) {
        e->logits[i] = sampler_logits(sampler)[i];
        e->scaled[i] = e->logits[i] / temperature;
        whole += exp(e->scaled[i]);
    }
    for (int i = 0; i < V; i++) {
        e->p[i] = exp(e->scaled[i]) / whole;
        e->kept[i] = e->from[i] = e->to[i] = 0;
        int larger = 0;
        for (int j = 0; j < V; j++)
            larger += j != rule->forbid && (e->logits[j] > e->logits[i] || (e->logits[j] == e->logits[i] && j < i));
        int most = rule->temperature > 0 ? rule->top_k > 0 ? rule->top_k : V : 1;
        if (i != rule->forbid && larger < most) order[n++] = i;
    }
    if (n < V - 1) // of a cut the likeliest first
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++)
                if (e->logits[order[j]] > e->logits[order[i]]) {
                    int kept = order[i];
                    order[i] = order[j];
                    order[j] = kept;
                }
    e->share = 0;
    for (int i = 0; i < n; i++)
        e->share += e->p[order[i]];
    for (int i = 0; i < n; i++) {
        e->kept[order[i]] = e->p[order[i]] / e->share;
        e->from[order[i]] = at;
        e->to[order[i]] = at += e->kept[order[i]];
    }
    e->number = rng_uniform(&rng);
    sampler_free(sampler);
}

static int check_sampling_numbers(const struct drive *drive) {
    struct expected e;
    int found = 0, step = memory_of(drive)->step;
    expect(drive, step, &e);
    for (int c = 0; c < drive->list.count; c++) {
        const struct draw_command *at = &drive->list.commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &drive->list.sources[at->source];
        if (!strncmp(source->tensor, "sum/", 4)) continue;
        if (strncmp(source->tensor, "sampling/", 9) != 0) continue; // of the timeline
        const struct {
            const char *name;
            const double *values;
        } rows[] = {{"logits", e.logits}, {"scaled", e.scaled}, {"probability", e.p}, {"kept", e.kept},
                    {"from", e.from},     {"to", e.to},         {"kept_share", NULL}, {"number", NULL}};
        double there = NAN;
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
            if (!strcmp(source->tensor + 9, rows[k].name))
                there = rows[k].values ? rows[k].values[source->column] : k == 6 ? e.share : e.number;
        assert_int_equal(source->row, step);
        if (!(fabs(there - source->value) <= 1e-9 * fmax(1, fabs(there))))
            fail_msg("step %d: %s[%d]: on screen %.17g, from the sampler %.17g", step, source->tensor, source->column,
                     source->value, there);
        found++;
    }
    return found;
}

static void numbers_are_the_samplers(void **state) {
    (void)state;
    struct drive drive = open_app("sampling", NULL, TOKENS_CHARACTER);
    static const struct {
        double temperature;
        int top_k;
    } cases[] = {{1, 0}, {0.6, 0}, {2.2, 5}, {0, 0}};
    long found = 0;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        ask_sample(&drive, 7, cases[c].temperature, cases[c].top_k, c == 1 ? "ty" : "");
        drive_key(&drive, KEY_HOME, MOD_CTRL);
        for (int k = 0; k < 2 * MOMENT_COUNT; k++) {
            assert_int_equal(memory_of(&drive)->step, k / MOMENT_COUNT);
            assert_int_equal(memory_of(&drive)->moment, k % MOMENT_COUNT);
            int here = check_sampling_numbers(&drive);
            assert_true(here > 10);
            found += here;
            drive_key(&drive, k % 2 ? KEY_ENTER : KEY_RIGHT, k % 2 ? 0 : MOD_CTRL);
        }
    }
    print_message("%ld numbers of draws found again\n", found);
    drive_close(&drive);
}

// --- stepping ---

static void steps_by_keys_and_pointer(void **state) {
    (void)state;
    struct drive drive = open_app("stage", NULL, TOKENS_CHARACTER);
    drive_key(&drive, 'm', 0);
    struct sampling_memory *memory = memory_of(&drive);
    const struct sampling *run = run_of(&drive);
    assert_string_equal(view_get(drive.app->view.view)->name, "sampling");
    assert_true(sampling_done(run) && sampling_count(run) > 3);
    assert_int_equal(memory->step, 2); // something to look at
    assert_int_equal(memory->moment, MOMENT_NEXT);
    drive_key(&drive, KEY_HOME, MOD_CTRL);
    assert_true(memory->step == 0 && memory->moment == 0);
    assert_true(drive_shows(&drive, "Logits,")); // of the sentence below
    drive_key(&drive, KEY_LEFT, MOD_CTRL);       // nothing before the start
    assert_true(memory->step == 0 && memory->moment == 0);
    int last = sampling_count(run) - 1;
    drive_key(&drive, KEY_END, MOD_CTRL);
    assert_true(memory->step == last && memory->moment == MOMENT_NEXT);
    drive_key(&drive, KEY_RIGHT, MOD_CTRL);
    assert_true(memory->step == last && memory->moment == MOMENT_NEXT);
    for (int k = last * MOMENT_COUNT + MOMENT_NEXT - 1; k >= 0; k--) {
        drive_key(&drive, KEY_LEFT, MOD_CTRL);
        assert_int_equal(memory->step * MOMENT_COUNT + memory->moment, k);
    }
    assert_int_equal(drive.app->position, 0); // the record's cursor stays
    assert_true(drive_click_text(&drive, "Draw"));
    drive_key(&drive, KEY_RIGHT, MOD_CTRL);
    assert_true(memory->step == 0 && memory->moment == MOMENT_NEXT);
    drive_key(&drive, KEY_RIGHT, MOD_CTRL);
    drive_key(&drive, KEY_RIGHT, MOD_CTRL);
    assert_true(memory->step == 2 && memory->moment == MOMENT_NEXT);
    drive_key(&drive, KEY_LEFT, MOD_CTRL);
    assert_true(memory->step == 1 && memory->moment == MOMENT_NEXT);
    for (int k = drive.list.count - 1; k >= 0; k--) { // the first timestep's own column
        const struct draw_command *at = &drive.list.commands[k];
        if (at->op != DRAW_TEXT || at->rect.y < 600 || at->rect.y > 740 || at->text_length != 5) continue;
        if (memcmp(drive.list.texts + at->text, "t = 1", 5) != 0) continue;
        drive_click(&drive, at->rect.x + 10, at->rect.y - 40);
        break;
    }
    assert_true(memory->step == 0 && memory->moment == MOMENT_NEXT);
    drive_key(&drive, KEY_SPACE, MOD_CTRL);
    assert_true(memory->playing);
    for (int k = 0; k < 150; k++)
        drive_frame(&drive);
    assert_true(memory->step > 1);
    drive_key(&drive, KEY_HOME, MOD_CTRL);
    assert_false(memory->playing);
    drive_key(&drive, KEY_ESCAPE, 0);
    assert_int_equal(drive.app->view.view, VIEW_STAGE);
    drive_close(&drive);
}

// Clicks so many pixels to the right of a text.
static void click_beside(struct drive *drive, const char *text, float dx) {
    for (int k = 0; k < drive->list.count; k++) {
        const struct draw_command *at = &drive->list.commands[k];
        if (at->op != DRAW_TEXT || (size_t)at->text_length != strlen(text) ||
            memcmp(drive->list.texts + at->text, text, strlen(text)) != 0)
            continue;
        drive_click(drive, at->rect.x + dx, at->rect.y - 4);
        return;
    }
    fail_msg("\"%s\" is not on screen", text);
}

static void type(struct drive *drive, const char *text) {
    drive_key(drive, 'a', MOD_CTRL);
    drive_key(drive, KEY_DELETE, 0);
    struct input_event event = {.kind = INPUT_TEXT};
    snprintf(event.text, sizeof event.text, "%s", text);
    drive_event(drive, event);
    drive_key(drive, KEY_ENTER, 0);
    drive_frame(drive);
}

static void settings_make_another_run(void **state) {
    (void)state;
    struct drive drive = open_app("sampling", NULL, TOKENS_CHARACTER);
    assert_true(drive_click_text(&drive, "New seed"));
    assert_int_equal(sampling_options(run_of(&drive))->seed, 2);
    assert_string_equal(memory_of(&drive)->seed, "2");
    assert_int_equal(memory_of(&drive)->step, 2); // the cursor keeps its place
    click_beside(&drive, "Seed", 70);
    type(&drive, "41");
    assert_int_equal(sampling_options(run_of(&drive))->seed, 41);
    click_beside(&drive, "Seed", 70);
    type(&drive, "x");
    assert_true(drive_shows(&drive, "Seed: expected a whole number from 0, found “x”."));
    assert_int_equal(sampling_options(run_of(&drive))->seed, 41);
    click_beside(&drive, "Temperature", 104); // the slider's left end
    assert_true(rule_of(&drive).temperature < 0.3);
    drive_key(&drive, KEY_TAB, MOD_SHIFT); // by the keyboard: away from it and back
    drive_key(&drive, KEY_TAB, 0);
    drive_key(&drive, KEY_HOME, 0);
    assert_true(rule_of(&drive).temperature == 0);
    assert_true(drive_shows(&drive, "greedy"));
    drive_key(&drive, KEY_RIGHT, 0);
    assert_true(fabs(rule_of(&drive).temperature - 0.1) < 1e-12);
    drive_key(&drive, KEY_END, 0);
    assert_true(rule_of(&drive).temperature == 3);
    drive_key(&drive, KEY_TAB, 0);
    drive_key(&drive, KEY_HOME, 0);
    assert_int_equal(rule_of(&drive).top_k, 1);
    drive_key(&drive, KEY_RIGHT, 0);
    assert_int_equal(rule_of(&drive).top_k, 2);
    drive_key(&drive, KEY_END, 0);
    assert_int_equal(rule_of(&drive).top_k, 0);
    click_beside(&drive, "Start with", 120);
    type(&drive, "tyr");
    assert_int_equal(sampling_options(run_of(&drive))->prefix_length, 3);
    assert_string_equal(drive.app->speech.said.prefix, "tyr");
    click_beside(&drive, "Start with", 120);
    type(&drive, "t7");
    assert_true(drive_shows(&drive, "Start with: “7” is not among the 26 characters of the data."));
    assert_int_equal(sampling_options(run_of(&drive))->prefix_length, 3); // the run stays
    drive_close(&drive);
}

// Another update, another network: the run is made anew from its parameters.
static void the_run_follows_the_network(void **state) {
    (void)state;
    struct drive drive = open_app("sampling", NULL, TOKENS_CHARACTER);
    float before = sampling_step(run_of(&drive), 0).logits[3];
    drive_key(&drive, KEY_END, 0);
    drive_key(&drive, KEY_RIGHT, 0); // the next update
    drive_frame(&drive);
    assert_true(sampling_step(run_of(&drive), 0).logits[3] != before);
    check_sampling_numbers(&drive);
    struct setup setup = drive.app->setup;
    setup.recipe.spec.cell = CELL_GRU;
    setup.recipe.seed = 5;
    app_open_setup(drive.app, &setup);
    drive_settle(&drive);
    assert_int_equal(sampling_options(run_of(&drive))->seed, 5);
    assert_true(check_sampling_numbers(&drive) > 10);
    drive_close(&drive);
}

// A run is drawn on from frame to frame: here one symbol each.
static void a_run_goes_on_from_frame_to_frame(void **state) {
    (void)state;
    struct drive drive = open_app("sampling", NULL, TOKENS_CHARACTER);
    struct speech speech = {0};
    const struct workbench *bench = drive.app->bench;
    int whole = sampling_count(run_of(&drive));
    assert_true(whole > 3);
    for (int k = 1; k <= whole; k++) {
        bool more = speech_look(&speech, bench, 1, VIEW_SAMPLING, 0);
        assert_int_equal(sampling_count(speech.said.sampling), k);
        assert_int_equal(more, k < whole);
        assert_int_equal(sampling_step(speech.said.sampling, k - 1).chosen,
                         sampling_step(run_of(&drive), k - 1).chosen);
    }
    speech_forget(&speech);
    drive_close(&drive);
}

// --- sentences ---

static double number_in(const char *json, const char *name) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(json, key);
    assert_non_null(at);
    return strtod(at + strlen(key), NULL);
}

// Every number of sentence k on screen, from the command's and from the sampler's.
static int check_sentence_numbers(const struct drive *drive, int which, const char *path) {
    const struct spoken_sentence *sentence = &drive->app->speech.said.sentences[which];
    const struct model *model = &drive->app->bench->model;
    char arguments[512], told[4096], prefix[16];
    snprintf(arguments, sizeof arguments, "eval %s --sentence '%s' --json", path, sentence->text);
    run_command(arguments, told, sizeof told);
    int T = sentence->likelihood.count, found = 0;
    assert_int_equal(T, (int)number_in(told, "tokens") + 1);
    double ln = number_in(told, "end_log_probability");
    double *p = mem_need((size_t)T, sizeof *p);
    struct sampler *sampler = sampler_new(model, NULL);
    for (int t = 0; t < T; t++) {
        sampler_feed(sampler, t == 0 ? -1 : sentence->likelihood.symbols[t - 1]);
        p[t] = sampler_distribution(sampler)[sentence->likelihood.symbols[t]];
    }
    snprintf(prefix, sizeof prefix, "sentence/%c/", 'a' + which);
    for (int c = 0; c < drive->list.count; c++) {
        const struct draw_command *at = &drive->list.commands[c];
        if (at->op != DRAW_TEXT || at->source < 0) continue;
        const struct source *source = &drive->list.sources[at->source];
        if (strncmp(source->tensor, prefix, strlen(prefix)) != 0) continue;
        const char *name = source->tensor + strlen(prefix);
        double tolerance = 1e-7, // the command writes eight digits
            there = !strcmp(name, "ln")            ? ln
                    : !strcmp(name, "probability") ? exp(ln)
                    : !strcmp(name, "nats")        ? -ln / T
                    : !strcmp(name, "bits")        ? -ln / T / log(2)
                    : !strcmp(name, "perplexity")  ? exp(-ln / T)
                                                   : NAN;
        if (!strcmp(name, "p")) there = p[source->row], tolerance = 1e-4;
        if (!strcmp(name, "ln_p")) there = log(p[source->row]), tolerance = 1e-4;
        if (!(fabs(there - source->value) <= tolerance * fmax(1e-3, fabs(there))))
            fail_msg("%s[%d]: on screen %.17g, expected %.17g", source->tensor, source->row, source->value, there);
        found++;
    }
    sampler_free(sampler);
    mem_free(p);
    return found;
}

static void sentences_have_their_probabilities(void **state) {
    (void)state;
    struct drive drive = open_app("stage", NULL, TOKENS_CHARACTER);
    drive_key(&drive, 'q', 0);
    const struct spoken *said = &drive.app->speech.said;
    char path[64];
    save_model(&drive, path);
    assert_string_equal(said->sentences[0].text, "troodon");
    assert_string_not_equal(said->sentences[1].text, "troodon"); // another one of the data
    assert_true(dataset_find(drive.app->bench->data, said->sentences[1].text) >= 0);
    assert_int_equal(said->sentences[0].likelihood.count, 8);
    assert_true(check_sentence_numbers(&drive, 0, path) >= 8 + 8 + 5);
    assert_true(check_sentence_numbers(&drive, 1, path) >= 15);
    click_beside(&drive, "B", 80);
    type(&drive, "saurus");
    assert_string_equal(said->sentences[1].text, "saurus");
    assert_int_equal(said->sentences[1].likelihood.count, 7);
    assert_true(check_sentence_numbers(&drive, 1, path) >= 7 + 7 + 5);
    click_beside(&drive, "B", 80);
    type(&drive, "9");
    assert_int_equal(said->sentences[1].likelihood.count, 0);
    assert_true(drive_shows(&drive, "“9” is not among the 26 characters of the data, and the network never read <UNK>: "
                                    "no probability."));
    click_beside(&drive, "B", 80);
    type(&drive, "");
    assert_true(drive_shows(&drive, "Expected at least one character, found none."));
    assert_string_equal(said->sentences[0].text, "troodon");
    app_set_word(drive.app, "rex"); // sentences of the user's own stay
    drive_frame(&drive);
    assert_string_equal(said->sentences[0].text, "troodon");
    unlink(path);
    drive_close(&drive);
}

static void words_and_what_is_not_known(void **state) {
    (void)state;
    char data[] = "/tmp/unroll-words-XXXXXX", path[64];
    int handle = mkstemp(data);
    assert_true(handle >= 0);
    FILE *file = fdopen(handle, "w");
    for (int k = 0; k < 60; k++)
        fprintf(file, "the apple and pear salad\n%s", k % 4 ? "" : "a pair of pear and apple\n");
    fprintf(file, "the durian\n"); // once: too rare for the vocabulary
    fclose(file);
    struct drive drive = open_app("sentence", data, TOKENS_WORD);
    const struct spoken *said = &drive.app->speech.said;
    save_model(&drive, path);
    assert_string_equal(said->sentences[0].text, "the apple and pair salad");
    assert_string_equal(said->sentences[1].text, "the apple and pear salad");
    assert_true(said->sentences[1].likelihood.log_probability > said->sentences[0].likelihood.log_probability);
    assert_true(drive_shows(&drive, "likelier"));
    assert_true(check_sentence_numbers(&drive, 0, path) > 15);
    click_beside(&drive, "A", 80);
    type(&drive, "the mango and pear salad");
    assert_int_equal(said->sentences[0].likelihood.symbols[1], VOCABULARY_UNK);
    assert_true(drive_shows(&drive, "“mango” is not among the 8 words of the data: read as <UNK>."));
    assert_true(check_sentence_numbers(&drive, 0, path) > 15);
    app_show_view(drive.app, view_find("sampling"));
    drive_frame(&drive);
    drive_frame(&drive);
    assert_true(check_sampling_numbers(&drive) > 10);
    unlink(data);
    unlink(path);
    drive_close(&drive);
}

// Networks that the workbench cannot open are told apart by the core (tests/numeric/test_sampling.c); the views say
// why.
static void a_network_that_does_not_fit_is_told(void **state) {
    (void)state;
    struct drive drive = open_app("sampling", NULL, TOKENS_CHARACTER);
    snprintf(drive.app->speech.said.no_sampling, SPOKEN_WORDS, "It answers with numbers.");
    snprintf(drive.app->speech.said.no_sentence, SPOKEN_WORDS, "It reads no sentences.");
    drive_frame(&drive);
    assert_true(drive_shows(&drive, "It answers with numbers."));
    assert_false(drive_shows(&drive, "New seed"));
    drive_key(&drive, 'q', 0);
    assert_true(drive_shows(&drive, "It reads no sentences."));
    drive_close(&drive);
}

// From the keyboard alone every control of both views takes the focus and comes round again.
static void focus_walks_round(void **state) {
    (void)state;
    static const char *const names[] = {"sampling", "sentence"};
    for (int v = 0; v < 2; v++) {
        struct drive drive = open_app(names[v], NULL, TOKENS_CHARACTER);
        int seen = drive_focus_round(&drive);
        assert_true(seen > 15 && seen < 90);
        drive_close(&drive);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_are_those_of_the_command),
                                       cmocka_unit_test(a_weight_set_by_hand_writes),
                                       cmocka_unit_test(numbers_are_the_samplers),
                                       cmocka_unit_test(steps_by_keys_and_pointer),
                                       cmocka_unit_test(settings_make_another_run),
                                       cmocka_unit_test(the_run_follows_the_network),
                                       cmocka_unit_test(a_run_goes_on_from_frame_to_frame),
                                       cmocka_unit_test(sentences_have_their_probabilities),
                                       cmocka_unit_test(words_and_what_is_not_known),
                                       cmocka_unit_test(a_network_that_does_not_fit_is_told),
                                       cmocka_unit_test(focus_walks_round)};
    return cmocka_run_group_tests_name("speech", tests, NULL, NULL);
}
