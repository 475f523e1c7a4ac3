// Two to four models side by side on the same example: what each of them remembers, lets through and says, timestep
// under timestep, and how large its gradients are. The cursor is that of the workbench's model; the others are shown as
// far as it has come, by phase and timestep.
#include "compare_inner.h"

#include "mathbox.h"
#include "token.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEADER = 48, GUTTER = 186, TIMES = 26, CHART_LEAST = 108, CHART_MOST = 230 };

// --- what is known ---

static int track_layer(const struct compare *c) {
    return c->page.chain.layer;
}

bool compare_has_state(const struct compare *c, int t) {
    const struct compared *own = &c->models[0];
    return t < own->T && script_has_value(c->script, own->cell, c->page.scene->position, track_layer(c),
                                          c->page.chain.direction, own->cell->state_out[0], t);
}

bool compare_has_output(const struct compare *c, int t) {
    return t < c->models[0].T && script_has_output(c->script, c->page.scene->position, t);
}

bool compare_has_loss(const struct compare *c, int t) {
    return t < c->models[0].T && script_has_loss(c->script, c->page.scene->position, t);
}

bool compare_has_total(const struct compare *c) {
    const struct compared *own = &c->models[0];
    bool any = false;
    for (int t = 0; t < own->T; t++) {
        if (!record_has_target(own->side, t)) continue;
        if (!compare_has_loss(c, t)) return false;
        any = true;
    }
    return any;
}

bool compare_has_grad(const struct compare *c, int t) {
    const struct compared *own = &c->models[0];
    return t < own->T && script_has_grad(c->script, own->cell, c->page.scene->position, track_layer(c),
                                         c->page.chain.direction, own->cell->state_out[0], t);
}

// --- numbers ---

static const char *kept_name(struct compare_memory *memory, const char *name) {
    for (int k = 0; k < memory->name_count; k++)
        if (!strcmp(memory->names[k], name)) return memory->names[k];
    if (memory->name_count == COMPARE_NAMES) return NULL;
    snprintf(memory->names[memory->name_count], COMPARE_NAME, "%s", name);
    return memory->names[memory->name_count++];
}

struct source compare_source(const struct compare *c, const struct compared *model, const char *tensor, int row,
                             int column, double value) {
    char name[COMPARE_NAME];
    if (model->index == 0) return (struct source){tensor, row, column, value};
    snprintf(name, sizeof name, "rival%d/%s", model->index, tensor);
    return (struct source){kept_name(c->memory, name), row, column, value};
}

double compare_norm(const struct compared *model, int t) {
    return record_norm(tape_grad(model->tape, model->chain.layer, model->chain.direction, model->cell->state_out[0], t),
                       model->H);
}

struct source compare_norm_source(const struct compare *c, const struct compared *model, int t) {
    const char *tensor = record_norm_name(model->side, RECORD_BACKWARD, model->chain.layer, model->chain.direction,
                                          model->cell->state_out[0]);
    return compare_source(c, model, tensor, t, -1, compare_norm(model, t));
}

// That of the plain network: the course's GRUs write the same state as c.
void compare_state(const struct compare *c, char *out, size_t size) {
    const struct cell_desc *plain = cell_describe(CELL_RNN, ACTIVATION_TANH);
    label_slot(out, size, plain, plain->state_out[0], LABEL_SYMBOLIC, LABEL_NO_UNIT,
               (struct label_style){.notation = c->page.label.notation});
}

struct source compare_total(const struct compare *c, const struct compared *model) {
    return compare_source(c, model, "forward/total_loss", 0, -1, model->whole->loss);
}

int compare_total_digits(const struct compare *c) {
    int digits = 2;
    for (bool alike = true; alike && digits < 7; digits += alike) {
        const double unit = pow(10, digits);
        alike = false;
        for (int k = 0; k < c->count; k++)
            for (int i = 0; i < k; i++) {
                double a = c->models[k].whole->loss, b = c->models[i].whole->loss;
                alike = alike || (a != b && round(a * unit) == round(b * unit));
            }
    }
    return digits;
}

int compare_best(const struct compare *c) {
    int best = -1;
    for (int k = 0; k < c->count && c->count > 1; k++) {
        double loss = c->models[k].whole->loss;
        if (best >= 0 && loss == c->models[best].whole->loss) return -1;
        if (best < 0 || loss < c->models[best].whole->loss) best = k;
    }
    return best;
}

// --- who is who ---

color compare_ink(const struct compare *c, int model) {
    const struct theme *theme = c->page.theme;
    const color inks[COMPARED_MAX] = {theme->m_a, theme->m_b, theme->ink1, theme->ink3};
    return inks[model];
}

void compare_stroke(const struct compare *c, int model) {
    static const struct {
        float width, dash, gap; // dash 0: solid
    } lines[COMPARED_MAX] = {{2, 5, 4}, {2.75f, 0, 0}, {1.75f, 1.5f, 3.5f}, {1.5f, 0, 0}};
    color ink = compare_ink(c, model);
    if (lines[model].dash > 0)
        draw_path_stroke_dashed(c->page.list, ink, lines[model].width, lines[model].dash, lines[model].gap);
    else
        draw_path_stroke(c->page.list, ink, lines[model].width, false, true);
}

// Square, circle, diamond, triangle; hollow.
void compare_mark(const struct compare *c, int model, point at) {
    struct draw_list *list = c->page.list;
    color ink = compare_ink(c, model), ground = c->page.theme->stage;
    if (model == 0) {
        draw_rect_exact(list, (rect){at.x - 4.5f, at.y - 4.5f, 9, 9}, ink, 0);
        draw_rect_exact(list, (rect){at.x - 2.25f, at.y - 2.25f, 4.5f, 4.5f}, ground, 0);
        return;
    }
    if (model == 1) {
        draw_circle(list, at, 5, ink);
        draw_circle(list, at, 2.5f, ground);
        return;
    }
    static const float sizes[2] = {6, 2.75f};
    for (int k = 0; k < 2; k++) {
        float s = sizes[k];
        draw_path_move(list, at.x, at.y - s);
        draw_path_line(list, at.x + s, at.y + (model == 3 ? s * 0.8f : 0));
        if (model == 2) draw_path_line(list, at.x, at.y + s);
        draw_path_line(list, at.x - s, at.y + (model == 3 ? s * 0.8f : 0));
        draw_path_fill(list, k ? ground : ink);
    }
}

void compare_swatch(const struct compare *c, int model, float x, float y) {
    draw_path_move(c->page.list, x, y);
    draw_path_line(c->page.list, x + 26, y);
    compare_stroke(c, model);
    compare_mark(c, model, (point){x + 13, y});
}

// --- the models ---

// The same layer and direction, or the nearest that it has.
static struct chain chain_like(const struct record *record, struct chain like) {
    struct chain best = chain_get(record, 0);
    int least = 1 << 20;
    for (int k = 0; k < chain_count(record); k++) {
        struct chain chain = chain_get(record, k);
        int layers = chain.layer - like.layer, far = (chain.side != like.side) * 10000 +
                                                     (layers < 0 ? -layers : layers) * 10 +
                                                     (chain.direction != like.direction);
        if (far < least) least = far, best = chain;
    }
    return best;
}

static struct compared open_model(const struct compare *c, int index) {
    const struct scene *scene = c->page.scene;
    struct compared m = {.index = index, .name = index ? scene->others[index - 1].name : scene->name};
    m.whole = index ? scene->others[index - 1].record : c->page.record;
    m.chain = chain_like(m.whole, c->page.chain);
    m.side = record_side(m.whole, m.chain.side == 1);
    m.tape = chain_tape(m.whole, m.chain);
    m.cell = record_cell(m.whole);
    m.T = tape_length(m.tape);
    m.H = record_H(m.whole);
    return m;
}

bool compare_open(struct compare *c, struct ui *ui, rect r, const struct scene *scene) {
    *c = (struct compare){.memory = scene->memory, .running = -1};
    chain_page_open(&c->page, ui, r, scene, &c->memory->chain);
    c->count = 1 + scene->other_count;
    for (int k = 0; k < c->count; k++)
        c->models[k] = open_model(c, k);
    for (int k = 1; k < c->count; k++)
        if (c->models[k].T > c->page.T) c->page.T = c->models[k].T;
    bool encoder = c->page.chain.side == 1;
    c->script = script_side(scene->script, encoder);
    const struct step *step = scene_step(scene);
    if (step && step->phase <= PHASE_BACKWARD && step->encoder == encoder) c->running = step->t;
    c->page.x0 = r.x + GUTTER;
    c->page.x1 = r.x + r.w - CHAIN_MARGIN;
    c->page.pitch = fminf((c->page.x1 - c->page.x0) / (float)c->page.T, 180);
    c->page.x1 = c->page.x0 + c->page.pitch * (float)c->page.T;
    return c->page.pitch > 0;
}

// --- more models ---

static const enum cell_id offered[] = {CELL_RNN, CELL_GRU_SIMPLE, CELL_GRU, CELL_LSTM};
enum { OFFERED = sizeof offered / sizeof *offered };

static bool is_there(const struct compare *c, enum cell_id cell) {
    for (int k = 0; k < c->count; k++)
        if (c->models[k].cell->id == cell) return true;
    return false;
}

static void ask_for(const struct compare *c, enum cell_id cell) {
    c->page.scene->state->ask = (struct ask){.kind = ASK_RIVAL, .index = (int)cell};
}

// A chip with the cells that are not there yet; its right end at x.
static float more(const struct compare *c, float x, float y) {
    struct ui *ui = c->page.ui;
    static const char *const words = "Compare with";
    const struct scene *scene = c->page.scene;
    if (scene->no_rivals || c->count == COMPARED_MAX || scene->rival_done >= 0) return x;
    float width = ui_chip_width(ui, words, false);
    rect chip = {x - width, y, width, 28};
    if (!ui_chip(ui, chip, ICON_COUNT, words)) return x - width - 16;
    int count = 0;
    for (int k = 0; k < OFFERED; k++)
        count += !is_there(c, offered[k]);
    rect r = ui_popup_begin(ui, chip, 200, 32 * (float)count);
    for (int k = 0; k < OFFERED; k++) {
        if (is_there(c, offered[k])) continue;
        const char *title = cell_describe(offered[k], ACTIVATION_TANH)->title;
        if (!ui_menu_row(ui, rect_cut_top(&r, 32), title, NULL, false)) continue;
        ask_for(c, offered[k]);
        ui_popup_close(ui);
    }
    ui_popup_end(ui);
    return x - width - 16;
}

static void training(const struct compare *c, rect r) {
    char text[64];
    snprintf(text, sizeof text, "Training the other network: %d %%", (int)(100 * c->page.scene->rival_done));
    draw_text(c->page.list, r.x, r.y + 16, text, text_of(FONT_SANS, 15, c->page.theme->ink2, ALIGN_LEFT));
    ui_progress(c->page.ui, (rect){r.x, r.y + 28, fminf(r.w, 360), 3}, c->page.scene->rival_done);
}

// Where there is only one model: what this is for, and a button a cell.
static void invite(const struct compare *c, rect r) {
    struct ui *ui = c->page.ui;
    const struct scene *scene = c->page.scene;
    struct text_style prose = text_of(FONT_SANS, 15, ui->theme->ink2, ALIGN_LEFT);
    if (scene->rival_done >= 0) {
        training(c, r);
        return;
    }
    const char *words = scene->no_rivals
                            ? scene->no_rivals
                            : "One model is here. Another cell is trained on the same data, from the same seed and "
                              "with the same minibatches; then both walk this example in step.";
    struct rich_style style = {.size = 15, .line_height = 23, .ink = prose.color, .bold = ui->theme->ink1};
    float y = r.y + 12 + plain_text(ui->list, r.x, r.y + 16, fminf(r.w, 720), words, style, true), x = r.x;
    for (int k = 0; k < OFFERED && !scene->no_rivals; k++) {
        char label[64];
        if (is_there(c, offered[k])) continue;
        snprintf(label, sizeof label, "Compare with %s", cell_describe(offered[k], ACTIVATION_TANH)->title);
        float width = ui_button_width(ui, label);
        if (x + width > r.x + r.w) x = r.x, y += 44;
        if (ui_button(ui, (rect){x, y + 12, width, 36}, label, false)) ask_for(c, offered[k]);
        x += width + 12;
    }
}

// --- all of it ---

static void columns_input(struct compare *c, rect area) {
    struct ui *ui = c->page.ui;
    ui_id id = ui_make_id(ui, "timesteps compared");
    struct ui_result result = ui_control(ui, id, area, true);
    int t = chain_selected_t(&c->page, -1);
    int moved = result.focused ? ui_take_key(ui, KEY_RIGHT, 0) - ui_take_key(ui, KEY_LEFT, 0) : 0;
    if (moved) chain_select_t(&c->page, (t < 0 ? c->running : t) + moved);
    if (result.clicked && !result.keyed) chain_select_t(&c->page, chain_t_at(&c->page, ui->pointer.x));
    float width = fmaxf(2, c->page.pitch);
    if (t >= 0)
        draw_rect(ui->list, (rect){chain_x(&c->page, t) - width / 2, area.y, width, area.h}, ui->theme->sunk, 3);
    if (result.hovered) {
        c->page.scene->state->hover_t = t = chain_t_at(&c->page, ui->pointer.x);
        draw_box(ui->list, (rect){chain_x(&c->page, t) - width / 2, area.y, width, area.h}, ui->theme->line2, 3, 1);
    }
    ui_focus_ring(ui, id, area, 4);
}

// What is asked for, once for all: a line above the bands where symbols are and where they fit.
static void compare_targets(const struct compare *c, rect *body) {
    enum { LINE = 26 };
    const struct compared *own = &c->models[0];
    if (own->side->layout.spec.output != OUTPUT_SOFTMAX || own->side->layout.spec.outputs == 0) return;
    if (c->page.pitch < 12) return;
    rect r = rect_cut_top(body, LINE);
    char markup[64];
    label_output(markup, sizeof markup, "y", LABEL_SYMBOLIC, (struct label_style){.notation = c->page.label.notation});
    math_draw(c->page.list, c->page.theme, c->page.x0 - 12, r.y + 15, markup, 16, c->page.theme->ink1, ALIGN_RIGHT);
    for (int t = 0; t < own->T; t++)
        if (record_has_target(own->side, t))
            token_draw_fit(c->page.list, chain_x(&c->page, t), r.y + 15, c->page.pitch - 2,
                           record_answer(own->side, own->side->example.target[t]), 15, FONT_MONO, c->page.theme->ink2);
}

// The running timestep of all of them: the highlighter over its number.
static void now_mark(const struct compare *c, rect area) {
    if (c->running < 0) return;
    float width = fmaxf(3, c->page.pitch), x = chain_x(&c->page, c->running);
    draw_rect(c->page.list, (rect){x - width / 2, area.y - 5, width, 4}, c->page.theme->hi, 2);
    draw_rect(c->page.list, (rect){x - width / 2, area.y + area.h + 1, width, 4}, c->page.theme->hi, 2);
    draw_box(c->page.list, (rect){x - width / 2, area.y - 1, width, area.h + 2}, c->page.theme->ink1, 3, 2);
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    struct compare c;
    draw_rect(ui->list, r, ui->theme->stage, 0);
    struct compare_memory *memory = scene->memory;
    memory->name_count = 0;
    if (!compare_open(&c, ui, r, scene)) return;
    float x = view_title(ui, r, scene, "Models side by side"), right = r.x + r.w - CHAIN_MARGIN;
    right = more(&c, right, r.y + 10);
    right = chain_stepper(&c.page, right, r.y + 10, &memory->chain);
    char words[160];
    snprintf(words, sizeof words, "the same data, seed and example%s",
             c.page.record->batch ? ", within the same minibatch" : "");
    draw_text_fit(ui->list, x + 6, r.y + 30, fmaxf(0, right - x - 16), words,
                  text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_LEFT));
    bool alone = c.count == 1;
    float rest = r.h - HEADER - 8 - TIMES; // of bands and charts: the bands first
    float charts =
        alone ? fmaxf(150, r.h * 0.3f) : floorf(fmaxf(CHART_LEAST, fminf(CHART_MOST, rest - compare_bands_want(&c))));
    rect body = {r.x, r.y + HEADER + 8, r.w, rest - charts};
    if (!alone && scene->rival_done >= 0) {
        training(&c, (rect){r.x + CHAIN_MARGIN, body.y - 4, r.w, 32});
        body.y += 40, body.h -= 40;
    }
    compare_targets(&c, &body);
    float bottom = compare_rows(&c, body);
    rect columns = {c.page.x0, body.y, c.page.pitch * (float)c.page.T, bottom - body.y};
    columns_input(&c, columns);
    compare_bands(&c);
    now_mark(&c, columns);
    chain_times(&c.page, bottom + 20, c.running >= 0 ? c.running : chain_selected_t(&c.page, -1));
    rect below = {r.x, bottom + TIMES + 4, r.w, r.y + r.h - bottom - TIMES - 4};
    if (alone)
        invite(&c, (rect){r.x + CHAIN_MARGIN, below.y + 16, r.w - 2 * CHAIN_MARGIN, below.h - 16});
    else
        compare_charts(&c, below);
}

const struct view view_of_compare = {
    .name = "compare",
    .title = "Models side by side",
    .about = "two to four cells on the same example, in step: gates, losses and gradient norms by timestep",
    .key = 's',
    .memory = sizeof(struct compare_memory),
    .draw = draw,
    .side = compare_side,
};
