#include "timeline.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARGIN = 24, TRACK_TOP = 32, TRACK = 14, PHASE_GAP = 8 };

// Shares of the width, so that the two passes are equally long and short phases can still be read and hit.
static const float shares[PHASE_COUNT] = {0.375f, 0.085f, 0.375f, 0.055f, 0.11f};

struct bar {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct script *script;
    rect r;
    int running; // index of the running step, -1 at the start
    bool labels; // t under the cells
    float pointer_x;
    bool tall;
};

// A cell: the steps of one timestep (in one direction), of one block of parameters, or of the clip.
struct cell {
    int first, count, t;
    bool encoder;
};

static bool same_cell(const struct step *a, const struct step *b) {
    if (a->phase != b->phase || a->phase == PHASE_UPDATE) return false;
    return a->t == b->t && a->encoder == b->encoder &&
           (a->direction < 0 || b->direction < 0 || a->direction == b->direction);
}

// The cell that starts at step `first` of a phase.
static struct cell cell_at(const struct script *script, int first, int end) {
    struct cell cell = {first, 1, script->steps[first].t, script->steps[first].encoder};
    while (first + cell.count < end &&
           same_cell(&script->steps[first + cell.count - 1], &script->steps[first + cell.count]))
        cell.count++;
    return cell;
}

static int cells_of(const struct script *script, int first, int end) {
    int n = 0;
    for (int k = first; k < end; k += cell_at(script, k, end).count)
        n++;
    return n;
}

static rect phase_rect(const struct bar *b, int phase) {
    float usable = b->r.w - 2 * MARGIN - PHASE_GAP * (PHASE_COUNT - 1), x = b->r.x + MARGIN;
    for (int k = 0; k < phase; k++)
        x += usable * shares[k] + PHASE_GAP;
    return (rect){x, b->r.y + TRACK_TOP, usable * shares[phase], TRACK};
}

static color done_ink(const struct bar *b) {
    return color_mix(b->theme->panel, b->theme->ink1, b->theme->dark ? 0.8f : 0.82f);
}

// The running step inside its cell: what is done before it, ticks between steps, the highlighter on it.
static void running_cell(struct bar *b, rect r, const struct cell *cell) {
    float each = r.w / (float)cell->count;
    int k = b->running - cell->first;
    draw_rect_exact(b->list, (rect){r.x, r.y, each * (float)k, r.h}, done_ink(b), 2);
    if (each >= 4)
        for (int i = 1; i < cell->count; i++)
            draw_rect_exact(b->list, (rect){r.x + each * (float)i - 0.5f, r.y, 1, r.h}, b->theme->panel, 0);
    float w = fmaxf(6, each + 2), x = r.x + each * ((float)k + 0.5f) - w / 2;
    rect now = {x, r.y - 2, w, r.h + 4};
    draw_rect(b->list, now, b->theme->hi, 1.5f);
    draw_box(b->list, now, b->theme->ink1, 1.5f, 1.5f);
    b->pointer_x = x + w / 2;
}

static void cell_label(struct bar *b, rect r, const struct cell *cell, bool now) {
    if (!b->labels || r.w <= 40 || cell->t < 0) return;
    char text[32];
    bool pair = b->script->whole->encoder != NULL && b->script->steps[cell->first].phase != PHASE_LOSS;
    snprintf(text, sizeof text, pair ? cell->encoder ? "enc %d" : "dec %d" : "t = %d", cell->t + 1);
    draw_text(b->list, r.x + r.w / 2, r.y + TRACK + 15, text,
              (struct text_style){now ? FONT_SANS_SEMIBOLD : FONT_SANS, 11.5f, now ? b->theme->ink1 : b->theme->ink3,
                                  ALIGN_CENTER});
}

// Cells of under 3 px run together: the phase is one bar that fills.
static void merged_phase(struct bar *b, rect r, int first, int count) {
    int done = b->running < first ? 0 : b->running >= first + count ? count : b->running - first;
    draw_rect(b->list, r, b->theme->sunk, 2);
    if (done > 0) draw_rect_exact(b->list, (rect){r.x, r.y, r.w * (float)done / (float)count, r.h}, done_ink(b), 2);
    if (b->running < first || b->running >= first + count) return;
    float x = r.x + r.w * ((float)(b->running - first) + 0.5f) / (float)count;
    rect now = {x - 3, r.y - 2, 6, r.h + 4};
    draw_rect(b->list, now, b->theme->hi, 1.5f);
    draw_box(b->list, now, b->theme->ink1, 1.5f, 1.5f);
    b->pointer_x = x;
}

static void phase_cells(struct bar *b, rect r, int first, int count) {
    int cells = cells_of(b->script, first, first + count), k = 0;
    float width = (r.w - (float)(cells - 1) * 2) / (float)cells;
    if (width < 3) {
        merged_phase(b, r, first, count);
        return;
    }
    for (int at = first; at < first + count; k++) {
        struct cell cell = cell_at(b->script, at, first + count);
        rect c = {r.x + (float)k * (width + 2), r.y, width, r.h};
        bool now = b->running >= cell.first && b->running < cell.first + cell.count;
        draw_rect(b->list, c, b->running >= cell.first + cell.count ? done_ink(b) : b->theme->sunk, 2);
        if (now) running_cell(b, c, &cell);
        cell_label(b, c, &cell, now);
        at += cell.count;
    }
}

static void phases(struct bar *b) {
    const struct script *script = b->script;
    for (int p = 0; p < PHASE_COUNT; p++) {
        rect r = phase_rect(b, p);
        int first = script->phase_first[p], count = script->phase_count[p];
        bool now = b->running >= first && b->running < first + count, done = b->running >= first + count;
        color ink = now ? b->theme->ink1 : done ? b->theme->ink2 : b->theme->ink3;
        draw_text_fit(b->list, r.x, b->r.y + 22, r.w + PHASE_GAP, phase_title((enum phase)p),
                      (struct text_style){now ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 13, ink, ALIGN_LEFT});
        if (count > 0)
            phase_cells(b, r, first, count);
        else
            draw_rect(b->list, r, b->theme->sunk, 2);
    }
}

// Which update it is, where it is that of a minibatch: at the end of the forward pass's name.
static rect update_words(const struct bar *b, char *out, size_t size) {
    rect r = phase_rect(b, PHASE_FORWARD);
    scene_update_words(b->scene, out, size);
    float width = text_width(b->list, out, (struct text_style){FONT_SANS_MEDIUM, 13, b->theme->ink2, ALIGN_RIGHT});
    return (rect){r.x + r.w - width, r.y, width, r.h};
}

static void pointer(struct bar *b) {
    // Lower where it would cover a phase's name.
    float x = b->pointer_x, top = 12;
    for (int p = 0; p < PHASE_COUNT; p++) {
        struct text_style style = {FONT_SANS_SEMIBOLD, 13, b->theme->ink1, ALIGN_LEFT};
        float left = phase_rect(b, p).x, right = left + text_width(b->list, phase_title((enum phase)p), style);
        if (x > left - 8 && x < right + 8) top = 8.5f;
    }
    char words[96];
    rect update = update_words(b, words, sizeof words);
    if (x > update.x - 8 && x < update.x + update.w + 8) top = 8.5f;
    draw_text(b->list, update.x, b->r.y + 22, words,
              (struct text_style){FONT_SANS_MEDIUM, 13, b->theme->ink2, ALIGN_LEFT});
    float y = b->r.y + TRACK_TOP - top, tip = b->r.y + TRACK_TOP - 1;
    draw_path_move(b->list, x - 6.5f, y);
    draw_path_line(b->list, x + 6.5f, y);
    draw_path_line(b->list, x + 6.5f, tip - 6.5f);
    draw_path_line(b->list, x, tip);
    draw_path_line(b->list, x - 6.5f, tip - 6.5f);
    draw_path_fill(b->list, b->theme->ink1);
}

// The position under x: the step whose place it is, in the nearest phase.
static int position_at(const struct bar *b, float x) {
    const struct script *script = b->script;
    if (x < phase_rect(b, 0).x) return 0;
    for (int p = 0; p < PHASE_COUNT; p++) {
        rect r = phase_rect(b, p);
        int first = script->phase_first[p], count = script->phase_count[p];
        if (count < 1 || (x > r.x + r.w + PHASE_GAP / 2 && p + 1 < PHASE_COUNT)) continue;
        float part = fminf(1, fmaxf(0, (x - r.x) / r.w));
        int cells = cells_of(script, first, first + count), k = 0;
        int wanted = (int)(part * (float)cells);
        if (wanted >= cells) wanted = cells - 1;
        struct cell cell = cell_at(script, first, first + count);
        for (; k < wanted; k++)
            cell = cell_at(script, cell.first + cell.count, first + count);
        int inside = (int)((part * (float)cells - (float)wanted) * (float)cell.count);
        if (inside >= cell.count) inside = cell.count - 1;
        return cell.first + inside + 1;
    }
    return script->count;
}

static enum transport_command track_input(struct bar *b, int *seek) {
    rect r = {b->r.x + MARGIN - 8, b->r.y + TRACK_TOP - 12, b->r.w - 2 * MARGIN + 16, TRACK + 20};
    ui_id id = ui_make_id(b->ui, "timeline");
    struct ui_result result = ui_control(b->ui, id, r, false);
    if (result.hovered) b->ui->cursor = CURSOR_HAND;
    if (!result.held && !result.pressed) return TRANSPORT_NONE;
    int position = position_at(b, b->ui->pointer.x);
    if (position == b->scene->position) return TRANSPORT_NONE;
    *seek = position;
    return TRANSPORT_SEEK;
}

// --- transport ---

static const char *const granularity_words[GRANULARITY_COUNT] = {"Operation", "Cell", "Timestep", "Pass", "Update"};
static const char *const granularity_keys[GRANULARITY_COUNT] = {"1", "2", "3", "4", "5"};

static float segments_width(struct bar *b, bool keys) {
    struct text_style style = {FONT_SANS_MEDIUM, 13, b->theme->ink2, ALIGN_LEFT};
    float w = 0;
    for (int k = 0; k < GRANULARITY_COUNT; k++)
        w += text_width(b->list, granularity_words[k], style) + 24 + (keys ? 18 : 0);
    return w;
}

// What fits beside the buttons; things go in this order as the window narrows. By the room kept for a usual
// title, so that the controls stay in place from step to step.
enum { TITLE_ROOM = 170, COUNT_ROOM = 118 };
struct transport_fit {
    bool keys, by_word, speed_word, speed, count;
};

static float fit_width(struct bar *b, const struct transport_fit *fit) {
    float w = MARGIN + 5 * 32 + 8 + 5 * 8 + 16 + segments_width(b, fit->keys) + 24 + TITLE_ROOM + MARGIN;
    if (fit->speed) w += 160 + (fit->speed_word ? 50 : 0);
    if (fit->by_word) w += 58;
    if (fit->count) w += COUNT_ROOM;
    return w;
}

static struct transport_fit choose_fit(struct bar *b) {
    struct transport_fit fit = {true, true, true, true, true};
    bool *const order[] = {&fit.keys, &fit.by_word, &fit.speed_word, &fit.count, &fit.speed};
    for (size_t k = 0; k < sizeof order / sizeof *order && fit_width(b, &fit) > b->r.w; k++)
        *order[k] = false;
    return fit;
}

static enum transport_command buttons(struct bar *b, float *x, float y, bool playing) {
    static const struct {
        enum icon icon;
        const char *name;
        enum transport_command command;
    } all[] = {{ICON_START, "To the start (Home)", TRANSPORT_START},
               {ICON_BACK, "Step back (Left)", TRANSPORT_BACK},
               {ICON_PLAY, "Play (Space)", TRANSPORT_PLAY},
               {ICON_STEP, "Step (Right)", TRANSPORT_STEP},
               {ICON_END, "To the end (End)", TRANSPORT_END}};
    enum transport_command command = TRANSPORT_NONE;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        bool big = all[k].command == TRANSPORT_PLAY;
        float size = big ? 40 : 32;
        enum icon icon = big && playing ? ICON_PAUSE : all[k].icon;
        const char *name = big && playing ? "Pause (Space)" : all[k].name;
        if (ui_icon_button(b->ui, (rect){*x, y - size / 2, size, size}, icon, 22, name, big)) command = all[k].command;
        *x += size + 8;
    }
    return command;
}

static void speed(struct bar *b, float *x, float y, struct transport *transport, const struct transport_fit *fit) {
    struct text_style word = {FONT_SANS_MEDIUM, 13, b->theme->ink3, ALIGN_LEFT};
    struct text_style value = {FONT_SANS_SEMIBOLD, 13, b->theme->ink1, ALIGN_LEFT};
    if (!fit->speed) return;
    if (fit->speed_word) {
        draw_text(b->list, *x, y + 4.5f, "Speed", word);
        *x += 50;
    }
    double octaves = log2(transport->speed > 0 ? transport->speed : 1);
    if (ui_slider(b->ui, (rect){*x, y - 16, 96, 32}, "speed", &octaves, -2, 3, 1)) transport->speed = exp2(octaves);
    char text[24];
    snprintf(text, sizeof text, "%g\u00D7", transport->speed);
    draw_text(b->list, *x + 110, y + 4.5f, text, value);
    *x += 160;
}

static void granularity(struct bar *b, float *x, float y, struct transport *transport,
                        const struct transport_fit *fit) {
    if (fit->by_word) {
        draw_text(b->list, *x, y + 4.5f, "Step by",
                  (struct text_style){FONT_SANS_MEDIUM, 13, b->theme->ink3, ALIGN_LEFT});
        *x += 58;
    }
    float w = segments_width(b, fit->keys);
    int by = ui_segments(b->ui, (rect){*x, y - 16, w, 32}, "granularity", granularity_words,
                         fit->keys ? granularity_keys : NULL, GRANULARITY_COUNT, (int)transport->by, false);
    transport->by = (enum granularity)by;
    *x += w;
}

static void readout_texts(const struct bar *b, char *title, size_t title_size, char *count, size_t count_size) {
    const struct step *step = scene_step(b->scene);
    if (step)
        step_title(b->scene->record, step, title, title_size);
    else
        snprintf(title, title_size, "Start");
    snprintf(count, count_size, "Step %d of %d", b->scene->position, b->script->count);
}

static void readout(struct bar *b, float x, float y, const char *title, const char *count) {
    struct text_style bold = {FONT_SANS_SEMIBOLD, 15, b->theme->ink1, ALIGN_RIGHT};
    struct text_style small = {FONT_SANS_MEDIUM, 13, b->theme->ink3, ALIGN_RIGHT};
    float right = b->r.x + b->r.w - MARGIN, width = text_width(b->list, title, bold), room = right - x - 16;
    while (width > room && bold.size > 13) { // a little smaller before anything is cut
        bold.size -= 0.5f;
        width = text_width(b->list, title, bold);
    }
    if (width > room) {
        bold.align = ALIGN_LEFT;
        draw_text_fit(b->list, right - room, y + 5, room, title, bold);
        return;
    }
    draw_text(b->list, right, y + 5, title, bold);
    if (width + 14 + text_width(b->list, count, small) <= room)
        draw_text(b->list, right - width - 14, y + 5, count, small);
}

static enum transport_command transport_row(struct bar *b, struct transport *transport) {
    char title[128], count[64];
    readout_texts(b, title, sizeof title, count, sizeof count);
    struct transport_fit fit = choose_fit(b);
    float x = b->r.x + MARGIN, y = b->tall ? b->r.y + 91 : b->r.y + b->r.h - 25;
    enum transport_command command = buttons(b, &x, y, transport->playing);
    x += 16;
    speed(b, &x, y, transport, &fit);
    granularity(b, &x, y, transport, &fit);
    readout(b, x, y, title, count);
    return command;
}

enum transport_command view_timeline(struct ui *ui, rect r, const struct scene *scene, struct transport *transport,
                                     int *seek) {
    struct bar b = {.ui = ui, .list = ui->list, .theme = ui->theme, .scene = scene, .script = scene->script, .r = r};
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_hline(ui->list, r.x, r.x + r.w, r.y, ui->theme->line);
    if (!scene->script || !scene->record) return TRANSPORT_NONE;
    ui_push_id(ui, "timeline");
    draw_clip_push(ui->list, r);
    b.running = scene->position - 1;
    b.tall = r.h >= 112;
    b.labels = b.tall;
    b.pointer_x = phase_rect(&b, 0).x;
    enum transport_command sought = track_input(&b, seek);
    phases(&b);
    pointer(&b);
    enum transport_command command = scene->presentation ? TRANSPORT_NONE : transport_row(&b, transport);
    draw_clip_pop(ui->list);
    ui_pop_id(ui);
    return command != TRANSPORT_NONE ? command : sought;
}
