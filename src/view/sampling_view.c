// The sampling microscope: a run of sampling from the network, one draw at a time and inside of it one operation at a
// time. The run is made by the app and drawn by the core; this view steps through it.

#include "sampling_parts.h"
#include "mathbox.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double pace = 0.8; // seconds between two steps when playing
enum { OPENS_AT = 2 };          // the third draw, whole: something to look at

// --- what the parts share ---

const char *board_symbol(const struct board *board, int symbol) {
    if (symbol < 0 || symbol >= board->spoken->symbol_count) return "0";
    return board->spoken->symbols[symbol];
}

bool board_chosen(const struct board *board, int symbol) {
    return board->moment >= MOMENT_CHOICE && symbol == board->open->chosen;
}

int board_likeliest(const struct board *board) {
    int best = 0;
    for (int k = 1; k < board->open->O; k++)
        if (board->now.logits[k] > board->now.logits[best]) best = k;
    return best;
}

struct text_style board_text(enum font font, float size, color ink, enum align align) {
    return (struct text_style){font, size, ink, align};
}

int board_digits(double p) {
    return p > 0 && p < 0.0005 ? -1 : 3;
}

double board_from(const struct board *board, int symbol) {
    int place = board->open->place[symbol];
    return place > 0 ? board->open->cumulative[place - 1] : 0;
}

double board_to(const struct board *board, int symbol) {
    int place = board->open->place[symbol];
    return place >= 0 ? board->open->cumulative[place] : 0;
}

int board_number_digits(const struct board *board) {
    double at = board->now.uniform, from = board_from(board, board->open->chosen),
           to = board_to(board, board->open->chosen);
    for (int digits = 3; digits < 8; digits++) {
        double unit = pow(10, digits), a = round(at * unit);
        if (round(from * unit) < a && a < round(to * unit)) return digits;
    }
    return 8;
}

struct source board_source(const struct board *board, const char *tensor, int symbol, double value) {
    return (struct source){tensor, board->step, symbol, value};
}

// --- moving ---

void sampling_go(struct sampling_memory *memory, const struct sampling *run, int step, int moment) {
    int last = sampling_count(run) - 1;
    memory->step = step < 0 ? 0 : step > last ? last : step;
    memory->moment = step < 0 ? 0 : step > last ? MOMENT_COUNT - 1 : moment;
    memory->symbol = 0;
}

// By a moment, or to the end of the next or last draw. False at the ends.
static bool move(struct sampling_memory *memory, const struct sampling *run, int direction) {
    int step = memory->step, moment = memory->moment;
    if (memory->by == 1) {
        // On: to the end of this draw, or of the next one. Back: to the end of the draw before.
        if (direction > 0 && moment == MOMENT_NEXT) step++;
        if (direction < 0) step--;
        sampling_go(memory, run, step, MOMENT_NEXT);
    } else {
        int at = step * MOMENT_COUNT + moment + direction;
        if (at >= 0) sampling_go(memory, run, at / MOMENT_COUNT, at % MOMENT_COUNT);
    }
    return memory->step != step || memory->moment != moment;
}

static bool at_end(const struct sampling_memory *memory, const struct sampling *run) {
    return memory->step == sampling_count(run) - 1 && memory->moment == MOMENT_NEXT && sampling_done(run);
}

static void play(struct board *board) {
    struct sampling_memory *memory = board->memory;
    if (!memory->playing) return;
    if (at_end(memory, board->run)) {
        memory->playing = false;
        return;
    }
    if (board->ui->now >= memory->next) {
        move(memory, board->run, 1);
        memory->next = board->ui->now + pace;
    }
    if (board->ui->wake_at <= 0 || board->ui->wake_at > memory->next) board->ui->wake_at = memory->next;
}

static void toggle_play(struct board *board) {
    struct sampling_memory *memory = board->memory;
    memory->playing = !memory->playing;
    if (memory->playing && at_end(memory, board->run)) sampling_go(memory, board->run, 0, 0);
    memory->next = board->ui->now + pace;
}

enum command { GO_START, GO_BACK, GO_PLAY, GO_ON, GO_END, COMMANDS };

static void obey(struct board *board, enum command command) {
    struct sampling_memory *memory = board->memory;
    if (command == GO_PLAY)
        toggle_play(board);
    else
        memory->playing = false;
    if (command == GO_START) sampling_go(memory, board->run, 0, 0);
    if (command == GO_END) sampling_go(memory, board->run, sampling_count(board->run) - 1, MOMENT_NEXT);
    if (command == GO_BACK || command == GO_ON) move(memory, board->run, command == GO_ON ? 1 : -1);
    board->ui->animating = true;
}

static const struct {
    enum icon icon;
    const char *name;
    int key;
    unsigned mods;
} commands[COMMANDS] = {[GO_START] = {ICON_START, "Restart (Ctrl+Home)", KEY_HOME, MOD_CTRL},
                        [GO_BACK] = {ICON_BACK, "Step back (Ctrl+Left)", KEY_LEFT, MOD_CTRL},
                        [GO_PLAY] = {ICON_PLAY, "Play the sampling (Ctrl+Space)", KEY_SPACE, MOD_CTRL},
                        [GO_ON] = {ICON_STEP, "Step (Ctrl+Right or Enter)", KEY_RIGHT, MOD_CTRL},
                        [GO_END] = {ICON_END, "To the end (Ctrl+End)", KEY_END, MOD_CTRL}};

static void keys(struct board *board) {
    if (ui_text_focused(board->ui)) return;
    for (int k = 0; k < COMMANDS; k++)
        if (ui_take_key(board->ui, commands[k].key, commands[k].mods)) obey(board, (enum command)k);
    if (ui_take_key(board->ui, KEY_ENTER, 0)) obey(board, GO_ON);
}

static const char *const by_words[] = {"Operation", "Draw"};

static void stepper(struct board *board, rect r, float left) {
    float segments = ui_segments_width(board->ui, by_words, NULL, 2, false), buttons = COMMANDS * 36;
    float x = r.x + r.w - 24 - buttons - 12 - segments, y = r.y + 8;
    char text[64];
    snprintf(text, sizeof text, "one %s at a time", board->spoken->unit);
    struct text_style quiet = board_text(FONT_SANS_MEDIUM, 13, board->theme->ink3, ALIGN_LEFT);
    if (left + text_width(board->list, text, quiet) < x - 16) draw_text(board->list, left, r.y + 29, text, quiet);
    for (int k = 0; k < COMMANDS; k++) {
        bool pause = k == GO_PLAY && board->memory->playing;
        if (ui_icon_button(board->ui, (rect){x, y, 32, 32}, pause ? ICON_PAUSE : commands[k].icon, 20,
                           pause ? "Pause (Ctrl+Space)" : commands[k].name, k == GO_PLAY))
            obey(board, (enum command)k);
        x += 36;
    }
    board->memory->by =
        ui_segments(board->ui, (rect){x + 12, y, segments, 32}, "by", by_words, NULL, 2, board->memory->by, false);
}

// --- what is sampled ---

static void ask(struct board *board, long seed, double temperature, int top_k, const char *prefix) {
    struct ask *wish = &board->scene->state->ask;
    *wish = (struct ask){.kind = ASK_SAMPLE, .sample = {seed, temperature, top_k}};
    snprintf(wish->text, sizeof wish->text, "%s", prefix);
}

// The kept choices of top-k, up to all of them.
static const int top_choices[] = {1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000};
enum { TOP_CHOICES = sizeof top_choices / sizeof *top_choices };

static int top_count(const struct board *board) { // of choices that are fewer than all
    int n = 0;
    while (n < TOP_CHOICES && top_choices[n] < board->open->O - 1)
        n++;
    return n;
}

static int top_index(const struct board *board) {
    int all = top_count(board), k = 0, top = board->options->rule.top_k;
    if (top <= 0) return all;
    while (k < all && top_choices[k] < top)
        k++;
    return k;
}

static void take_seed(struct board *board) {
    struct sampling_memory *memory = board->memory;
    char *end;
    long seed = strtol(memory->seed, &end, 10);
    memory->problem[0] = 0;
    if (end == memory->seed || *end || seed < 0)
        snprintf(memory->problem, sizeof memory->problem, "Seed: expected a whole number from 0, found “%s”.",
                 memory->seed);
    else
        ask(board, seed, board->options->rule.temperature, board->options->rule.top_k, board->spoken->prefix);
}

static void label(const struct board *board, rect r, const char *text, const char *value) {
    draw_text(board->list, r.x, r.y + 21, text, board_text(FONT_SANS_MEDIUM, 14, board->theme->ink1, ALIGN_LEFT));
    if (value)
        draw_text(board->list, r.x + r.w, r.y + 21, value,
                  board_text(FONT_SANS_SEMIBOLD, 14, board->theme->ink1, ALIGN_RIGHT));
}

static void temperature_control(struct board *board, rect r) {
    const struct draw_rule *rule = &board->options->rule;
    char text[16];
    double temperature = rule->temperature;
    snprintf(text, sizeof text, board->greedy ? "greedy" : "%.1f", temperature);
    label(board, r, "Temperature", text);
    if (ui_slider(board->ui, (rect){r.x + 94, r.y, r.w - 94 - 54, 32}, "temperature", &temperature, 0, 3, 0.1))
        ask(board, (long)board->options->seed, round(temperature * 10) / 10, rule->top_k, board->spoken->prefix);
}

static void top_control(struct board *board, rect r) {
    const struct draw_rule *rule = &board->options->rule;
    int all = top_count(board), now = top_index(board);
    double at = now;
    char text[24];
    if (rule->top_k > 0)
        snprintf(text, sizeof text, "%d", rule->top_k);
    else
        snprintf(text, sizeof text, "all");
    label(board, r, "Top-k", text);
    if (ui_slider(board->ui, (rect){r.x + 50, r.y, r.w - 50 - 40, 32}, "top-k", &at, 0, all, 1) &&
        (int)lround(at) != now)
        ask(board, (long)board->options->seed, rule->temperature, lround(at) < all ? top_choices[lround(at)] : 0,
            board->spoken->prefix);
}

static void seed_control(struct board *board, rect r) {
    struct sampling_memory *memory = board->memory;
    label(board, r, "Seed", NULL);
    if (ui_text_field(board->ui, (rect){r.x + 42, r.y, 72, 32}, "sampling seed", memory->seed, sizeof memory->seed, ""))
        take_seed(board);
    if (ui_button(board->ui, (rect){r.x + 122, r.y, r.w - 122, 32}, "New seed", false)) {
        snprintf(memory->seed, sizeof memory->seed, "%ld", (long)board->options->seed + 1);
        take_seed(board);
    }
}

static void prefix_control(struct board *board, rect r) {
    struct sampling_memory *memory = board->memory;
    label(board, r, "Start with", NULL);
    if (ui_text_field(board->ui, (rect){r.x + 78, r.y, r.w - 78, 32}, "start with", memory->prefix,
                      sizeof memory->prefix, "nothing"))
        ask(board, (long)board->options->seed, board->options->rule.temperature, board->options->rule.top_k,
            memory->prefix);
}

static const struct {
    void (*draw)(struct board *board, rect r);
    float least, share; // width, and of what is left over in its row
} controls[] = {{temperature_control, 246, 1}, {top_control, 180, 1}, {seed_control, 218, 0}, {prefix_control, 178, 1}};
enum { CONTROLS = sizeof controls / sizeof *controls, CONTROL_GAP = 24, CONTROL_ROW = 40 };

// One row, or two where they do not fit.
static int control_rows(float width) {
    float needed = 48 - CONTROL_GAP;
    for (int k = 0; k < CONTROLS; k++)
        needed += controls[k].least + CONTROL_GAP;
    return needed <= width ? 1 : 2;
}

static void control_row(struct board *board, rect r, int first, int count) {
    float left = r.w - 48 - (float)(count - 1) * CONTROL_GAP, shares = 0, x = r.x + 24;
    for (int k = first; k < first + count; k++) {
        left -= controls[k].least;
        shares += controls[k].share;
    }
    for (int k = first; k < first + count; k++) {
        float w = controls[k].least + (shares > 0 ? fminf(80, left / shares) * controls[k].share : 0);
        controls[k].draw(board, (rect){x, r.y, w, 32});
        x += w + CONTROL_GAP;
    }
}

static void problem_line(const struct board *board, rect r) {
    const char *text = *board->memory->problem ? board->memory->problem : board->spoken->problem;
    if (!*text) return;
    icon_draw(board->list, ICON_WARN, r.x + 24, r.y + 2, 18, board->theme->err, 1.6f);
    draw_text_fit(board->list, r.x + 48, r.y + 16, r.w - 72, text,
                  board_text(FONT_SANS_MEDIUM, 14, board->theme->err, ALIGN_LEFT));
}

// --- the view ---

// Another run: the fields show what it was made with, and the cursor keeps its place, also while the run is not drawn
// that far yet.
static void take_run(struct sampling_memory *memory, const struct spoken *spoken) {
    if (memory->run == spoken->run && memory->opened) return;
    const struct sampling *run = spoken->sampling;
    memory->run = spoken->run;
    snprintf(memory->seed, sizeof memory->seed, "%llu", (unsigned long long)sampling_options(run)->seed);
    snprintf(memory->prefix, sizeof memory->prefix, "%s", spoken->prefix);
    memory->problem[0] = 0;
    if (!memory->opened) {
        memory->step = OPENS_AT;
        memory->moment = MOMENT_NEXT;
    }
    memory->opened = true;
}

static void look(struct board *board) {
    struct sampling_memory *memory = board->memory;
    int last = sampling_count(board->run) - 1;
    if (memory->step > last && sampling_done(board->run)) sampling_go(memory, board->run, last, MOMENT_NEXT);
    board->step = memory->step < last ? memory->step : last;
    board->moment = memory->moment;
    board->now = sampling_step(board->run, board->step);
    board->open = sampling_open(board->run, board->step);
    board->column = board->options->prefix_length + board->step;
    board->greedy = !(board->options->rule.temperature > 0);
    board->selected = memory->symbol > 0               ? memory->symbol - 1
                      : board->moment >= MOMENT_CHOICE ? board->open->chosen
                                                       : -1;
}

bool board_open(struct board *board, struct ui *ui, const struct scene *scene) {
    const struct spoken *spoken = scene->spoken;
    if (!spoken || !spoken->sampling || sampling_count(spoken->sampling) == 0) return false;
    struct sampling_memory *memory = scene->memory;
    take_run(memory, spoken);
    *board = (struct board){.ui = ui,
                            .list = ui->list,
                            .theme = ui->theme,
                            .scene = scene,
                            .spoken = spoken,
                            .run = spoken->sampling,
                            .options = sampling_options(spoken->sampling),
                            .memory = memory};
    look(board);
    return true;
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    struct board board;
    draw_rect(ui->list, r, ui->theme->stage, 0);
    rect top = rect_cut_top(&r, 48);
    float left = view_title(ui, top, scene, "Sampling");
    if (!board_open(&board, ui, scene)) {
        if (scene->spoken)
            draw_text_fit(ui->list, r.x + 24, r.y + 24, r.w - 48, scene->spoken->problem,
                          board_text(FONT_SANS, 15, ui->theme->err, ALIGN_LEFT));
        return;
    }
    ui_push_id(ui, "sampling");
    stepper(&board, top, left);
    int rows = control_rows(r.w);
    for (int k = 0; k < rows; k++)
        control_row(&board, rect_cut_top(&r, CONTROL_ROW), k * CONTROLS / rows, CONTROLS / rows);
    if (*board.memory->problem || *board.spoken->problem) problem_line(&board, rect_cut_top(&r, 26));
    keys(&board);
    play(&board);
    look(&board); // where the cursor is now
    bool low = r.h < 460;
    rect_cut_top(&r, 8);
    rect words = rect_cut_bottom(&r, sampling_words_height(ui));
    rect strip = rect_cut_bottom(&r, low ? SAMPLING_STRIP_LOW : SAMPLING_STRIP);
    rect_cut_bottom(&r, low ? 0 : 8);
    rect line = rect_cut_bottom(&r, SAMPLING_LINE);
    rect_cut_bottom(&strip, 0);
    sampling_table(&board, r);
    sampling_line(&board, line);
    sampling_strip(&board, strip);
    rect_cut_top(&words, 8);
    sampling_words(&board, words);
    ui_pop_id(ui);
}

static const char *misfit(const struct scene *scene) {
    return scene->spoken && *scene->spoken->no_sampling ? scene->spoken->no_sampling : NULL;
}

const struct view view_of_sampling = {
    .name = "sampling",
    .title = "Sampling",
    .about = "how a text is drawn from the network, symbol by symbol",
    .key = 'm',
    .speaks = VIEW_SAMPLING,
    .memory = sizeof(struct sampling_memory),
    .misfit = misfit,
    .draw = draw,
    .side = sampling_side,
};
