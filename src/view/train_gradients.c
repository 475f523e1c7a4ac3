// "Gradient by timestep": how large the gradient is that reaches each timestep, at update 0 and now, one line a model;
// beside it the spectral radius of the matrix that it comes back through, and what clipping did.
#include "label.h"
#include "log_axis.h"
#include "mathbox.h"
#include "plot.h"
#include "train_parts.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

enum {
    AXIS = 62,
    FOOT = 26,
    LEAST_W = 40,
    LEAST_H = 30,
    DECADES = 30,
    ROW = 26,
    ROW_LEAST = 20,
    HEAD = 22,
    WIDE = 760,
    MARK_ROOM = 18
};

struct gradients {
    struct train_card card;
    struct plot plot;
    int T, t, states; // the longest; the timestep that is read out, from 0
};

// --- what is shown of a model ---

static const struct measured_gradient *gradient_of(const struct gradients *g, const struct train_check *check) {
    if (!check) return NULL;
    const struct measures *m = check->measures;
    int states = net_cell(&m->spec)->state_count;
    return measures_gradient(m, train_place(&g->card, &m->spec),
                             g->card.cards->state < states ? g->card.cards->state : 0);
}

static const double *norms_of(const struct gradients *g, const struct measured_gradient *gradient) {
    return g->card.cards->last ? gradient->last : gradient->all;
}

static struct source norm_source(const struct gradients *g, int model, const struct train_check *check, int t) {
    const struct measured_gradient *gradient = gradient_of(g, check);
    const struct cell_desc *cell = net_cell(&check->measures->spec);
    char what[48];
    snprintf(what, sizeof what, "%s/%s", cell->slots[cell->state_out[gradient->state]].id,
             g->card.cards->last ? "last" : "all");
    return (struct source){train_measure_name(&g->card, model, gradient->at, what), t, (int)check->update,
                           norms_of(g, gradient)[t]};
}

// --- controls ---

static void choose_losses(struct gradients *g) {
    static const char *const items[] = {"all losses", "the last loss"};
    struct train_card *card = &g->card;
    float width = ui_segments_width(card->ui, items, NULL, 2, false);
    card->cards->last = ui_segments(card->ui, (rect){card->controls_x, card->controls_y, width, 32}, "losses", items,
                                    NULL, 2, card->cards->last, false) == 1;
    card->controls_x += width + 12;
}

static void choose_state(struct gradients *g, const struct measures *m) {
    struct train_card *card = &g->card;
    const struct cell_desc *cell = net_cell(&m->spec);
    char texts[CELL_MAX_STATES][64];
    const char *items[CELL_MAX_STATES];
    for (int s = 0; s < cell->state_count; s++) {
        label_slot(texts[s], sizeof texts[s], cell, cell->state_out[s], LABEL_NO_TIME, LABEL_NO_UNIT,
                   (struct label_style){.notation = card->look->notation});
        items[s] = texts[s];
    }
    if (cell->state_count < 2) return;
    float width = ui_segments_width(card->ui, items, NULL, cell->state_count, true);
    card->cards->state = ui_segments(card->ui, (rect){card->controls_x, card->controls_y, width, 32}, "state", items,
                                     NULL, cell->state_count, card->cards->state, true);
    card->controls_x += width + 12;
}

// What the chart shows: the norm of dL/d(state).
static void what_is_shown(struct gradients *g, const struct measures *m) {
    struct train_card *card = &g->card;
    const struct cell_desc *cell = net_cell(&m->spec);
    char state[64], markup[160];
    int shown = card->cards->state < cell->state_count ? card->cards->state : 0;
    label_slot(state, sizeof state, cell, cell->state_out[shown], LABEL_SYMBOLIC, LABEL_NO_UNIT,
               (struct label_style){.notation = card->look->notation});
    snprintf(markup, sizeof markup, "\\norm{\\partial L/\\partial %s}", state);
    if (card->controls_x + math_measure(card->list, markup, 16).width > card->controls_end) return;
    card->controls_x += math_draw(card->list, card->theme, card->controls_x + 4, card->controls_y + 21, markup, 16,
                                  card->theme->ink2, ALIGN_LEFT) +
                        16;
}

// The model whose states can be chosen: that with the most.
static const struct measures *most_states(const struct gradients *g) {
    const struct measures *found = NULL;
    for (int k = 0; k < g->card.look->count; k++) {
        const struct train_check *check = train_check_now(&g->card, k);
        if (!check) continue;
        if (!found || net_cell(&check->measures->spec)->state_count > net_cell(&found->spec)->state_count)
            found = check->measures;
    }
    return found;
}

// --- chart ---

static void find_range(struct gradients *g) {
    double low = INFINITY, high = 0;
    for (int k = 0; k < g->card.look->count; k++)
        for (int now = 0; now < 2; now++) {
            const struct train_check *check = now ? train_check_now(&g->card, k) : train_check_first(&g->card, k);
            const struct measured_gradient *gradient = gradient_of(g, check);
            for (int t = 0; gradient && t < gradient->T; t++) {
                double v = norms_of(g, gradient)[t];
                if (!(v > 0) || !isfinite(v)) continue;
                low = fmin(low, v);
                high = fmax(high, v);
            }
        }
    plot_decades(low, high, 2, DECADES, &g->plot.y0, &g->plot.y1);
}

// Where a line begins anew: at what is not finite. What vanished altogether lies on the foot.
static bool point_of(const struct gradients *g, const double *norms, int t, point *out) {
    if (!isfinite(norms[t])) return false;
    double v = fmax(norms[t], g->plot.y0);
    *out = (point){plot_x(&g->plot, t + 1), plot_y(&g->plot, v)};
    return true;
}

static void draw_line(const struct gradients *g, int model, const struct measured_gradient *gradient, bool pale) {
    const double *norms = norms_of(g, gradient);
    struct draw_list *list = g->card.list;
    bool down = false;
    for (int t = 0; t <= gradient->T; t++) {
        point at;
        bool there = t < gradient->T && point_of(g, norms, t, &at);
        if (there) (down ? draw_path_line : draw_path_move)(list, at.x, at.y);
        if (!there && down) {
            if (pale)
                model_stroke_pale(list, g->card.theme, model);
            else
                model_stroke(list, g->card.theme, model, 2.75f);
        }
        down = there;
    }
    if (pale) return;
    float pitch = g->plot.area.w / (float)(g->T > 1 ? g->T - 1 : 1);
    int stride = 1 + (int)(MARK_ROOM / pitch);
    for (int t = (model * stride / MODEL_STYLES) % stride; t < gradient->T; t += stride) {
        point at;
        if (norms[t] >= g->plot.y0 && point_of(g, norms, t, &at)) model_mark(list, g->card.theme, model, at, 3.5f);
    }
}

static void time_labels(const struct gradients *g) {
    static const int strides[] = {1, 2, 5, 10, 20, 50, 100};
    const struct train_card *card = &g->card;
    float pitch = g->plot.area.w / (float)(g->T > 1 ? g->T - 1 : 1), y = g->plot.area.y + g->plot.area.h + 19;
    float chosen = plot_x(&g->plot, g->t + 1);
    size_t k = 0;
    while (k + 1 < sizeof strides / sizeof *strides && pitch * (float)strides[k] < 34)
        k++;
    for (int t = 0; t <= g->T; t++) {
        bool labelled = t < g->T && (t == 0 || (t + 1) % strides[k] == 0) && t != g->t;
        float x = plot_x(&g->plot, t + 1);
        if (!labelled || fabsf(x - chosen) < 24 || (t > 0 && x - g->plot.area.x < 20)) continue;
        char text[16];
        snprintf(text, sizeof text, "%d", t + 1);
        draw_text(card->list, x, y, text, text_of(FONT_SANS_MEDIUM, 12, card->theme->ink3, ALIGN_CENTER));
    }
    char text[24];
    snprintf(text, sizeof text, "t = %d", g->t + 1);
    draw_text(card->list, fmaxf(chosen, g->plot.area.x - 20), y, text,
              text_of(FONT_SANS_SEMIBOLD, 12, card->theme->ink1, ALIGN_CENTER));
    draw_vline(card->list, chosen, g->plot.area.y - 4, g->plot.area.y + g->plot.area.h, card->theme->ink1);
}

static int t_under(const struct gradients *g, float x) {
    float part = (x - g->plot.area.x) / g->plot.area.w;
    int t = (int)lroundf(part * (float)(g->T - 1));
    return t < 0 ? 0 : t >= g->T ? g->T - 1 : t;
}

static void chart_input(struct gradients *g) {
    struct ui *ui = g->card.ui;
    rect area = {g->plot.area.x - 10, g->plot.area.y - 6, g->plot.area.w + 20, g->plot.area.h + FOOT};
    ui_id id = ui_make_id(ui, "gradient by timestep");
    struct ui_result result = ui_control(ui, id, area, true);
    ui_focus_ring(ui, id, area, 6);
    static const struct {
        int key, by;
    } moves[] = {{KEY_LEFT, -1},      {KEY_RIGHT, 1},      {KEY_PAGE_UP, -10},
                 {KEY_PAGE_DOWN, 10}, {KEY_HOME, -100000}, {KEY_END, 100000}};
    for (size_t k = 0; result.focused && k < sizeof moves / sizeof *moves; k++)
        if (ui_take_key(ui, moves[k].key, 0)) {
            int t = g->t + moves[k].by;
            g->t = t < 0 ? 0 : t >= g->T ? g->T - 1 : t;
            g->card.cards->t = g->t + 1;
        }
    if (!result.hovered && !result.held) return;
    g->t = t_under(g, ui->pointer.x);
    ui->cursor = CURSOR_HAND;
    if (result.held || result.clicked) g->card.cards->t = g->t + 1;
}

static void draw_chart(struct gradients *g, rect r) {
    g->plot = (struct plot){.list = g->card.list, .theme = g->card.theme, .log_y = true};
    g->plot.area = (rect){r.x + AXIS, r.y + 8, r.w - AXIS - 12, r.h - FOOT - 8};
    g->plot.x0 = 1;
    g->plot.x1 = g->T;
    if (g->T < 1 || g->plot.area.w < LEAST_W || g->plot.area.h < LEAST_H) return; // no room beside the table
    find_range(g);
    chart_input(g);
    plot_grid_y(&g->plot);
    time_labels(g);
    for (int pale = 1; pale >= 0; pale--)
        for (int k = 0; k < g->card.look->count; k++) {
            const struct train_check *check = pale ? train_check_first(&g->card, k) : train_check_now(&g->card, k);
            const struct measured_gradient *gradient = gradient_of(g, check);
            if (gradient) draw_line(g, k, gradient, pale);
        }
}

// --- table ---

// x of its columns; those of numbers are their right ends.
struct columns {
    float name, now, first, radius, clip, end;
};

static struct columns columns_of(rect r) {
    float w = r.w;
    struct columns c = {.name = r.x + MODEL_SAMPLE + 8, .end = r.x + w};
    c.clip = r.x + w;
    c.radius = c.clip - fminf(76, w * 0.16f);
    c.first = c.radius - fminf(128, w * 0.27f);
    c.now = c.first - fminf(88, w * 0.17f);
    return c;
}

static void header_word(const struct train_card *card, float x, float y, const char *text) {
    draw_text(card->list, x, y, text, text_of(FONT_SANS_MEDIUM, 12, card->theme->ink3, ALIGN_RIGHT));
}

// All models are in step: the update of the first one that was measured says it for all, where it is short enough.
static void update_word(const struct gradients *g, float x, float y,
                        const struct train_check *(*find)(const struct train_card *card, int model),
                        const char *otherwise) {
    char text[40];
    for (int k = 0; k < g->card.look->count; k++) {
        const struct train_check *check = find(&g->card, k);
        if (!check) continue;
        snprintf(text, sizeof text, "update %lld", (long long)check->update);
        header_word(&g->card, x, y, check->update < 100000 ? text : otherwise);
        return;
    }
}

static void table_header(const struct gradients *g, const struct columns *c, float x, float y) {
    char text[48];
    snprintf(text, sizeof text, "t = %d", g->t + 1);
    draw_text(g->card.list, x, y, text, text_of(FONT_SANS_SEMIBOLD, 13, g->card.theme->ink1, ALIGN_LEFT));
    update_word(g, c->now, y, train_check_now, "now");
    update_word(g, c->first, y, train_check_first, "at first");
    header_word(&g->card, c->radius, y, "spectral radius");
    header_word(&g->card, c->clip, y, "clipped");
}

static void norm_cell(const struct gradients *g, float x, float y, int model, const struct train_check *check,
                      color ink, enum font font) {
    const struct measured_gradient *gradient = gradient_of(g, check);
    if (!gradient || g->t >= gradient->T) return;
    struct source source = norm_source(g, model, check, g->t);
    draw_value(g->card.list, x, y, source, log_axis_digits(source.value), false, text_of(font, 13, ink, ALIGN_RIGHT));
}

static void radius_cell(const struct gradients *g, float x, float y, int model, const struct train_check *check) {
    const struct train_card *card = &g->card;
    const struct net_spec *spec = &check->measures->spec;
    const struct cell_desc *cell = net_cell(spec);
    struct measured_at at = train_place(card, spec);
    int block = measures_candidate_block(cell);
    const struct measured_matrix *matrix = measures_matrix(check->measures, at, block);
    if (!matrix) {
        draw_text(card->list, x, y, "too large", text_of(FONT_SANS_MEDIUM, 13, card->theme->ink3, ALIGN_RIGHT));
        return;
    }
    char what[48], label[96];
    snprintf(what, sizeof what, "w_%s/radius", cell->blocks[block].id);
    struct source source = {train_measure_name(card, model, at, what), -1, (int)check->update, matrix->radius};
    float width =
        draw_value(card->list, x, y, source, 2, false, text_of(FONT_SANS_SEMIBOLD, 13, card->theme->ink1, ALIGN_RIGHT));
    label_map(label, sizeof label, cell, block, true, false, (struct label_style){.notation = card->look->notation});
    math_draw(card->list, card->theme, x - width - 8, y, label, 15, card->theme->ink2, ALIGN_RIGHT);
}

static void clip_cell(const struct gradients *g, float x, float y, int model) {
    const struct train_card *card = &g->card;
    double scale = card->look->series[model].clip_scale;
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 13, card->theme->ink1, ALIGN_RIGHT);
    if (!isfinite(scale) || scale >= 1) {
        style.font = FONT_SANS_MEDIUM;
        style.color = card->theme->ink3;
        draw_text(card->list, x, y, isfinite(scale) ? "no" : "–", style);
        return;
    }
    struct source source = {train_name(card, "update/m%d/clip_scale", model), -1, (int)card->look->update, scale};
    float width = draw_value(card->list, x, y, source, log_axis_digits(scale), false, style);
    draw_text(card->list, x - width, y, "× ", style);
}

static void table_row(const struct gradients *g, const struct columns *c, float x, float y, int model) {
    const struct train_card *card = &g->card;
    const struct train_check *check = train_check_now(card, model);
    float room = c->now - 64 - c->name;
    model_sample(card->list, card->theme, model, x, y - 5);
    draw_text_fit(card->list, c->name, y, room, card->look->series[model].name,
                  text_of(FONT_SANS_SEMIBOLD, 14, model_ink(card->theme, model), ALIGN_LEFT));
    if (!check) return;
    norm_cell(g, c->now, y, model, check, card->theme->ink1, FONT_SANS_SEMIBOLD);
    norm_cell(g, c->first, y, model, train_check_first(card, model), card->theme->ink2, FONT_SANS_MEDIUM);
    radius_cell(g, c->radius, y, model, check);
    clip_cell(g, c->clip, y, model);
}

// height: that there is.
static float row_height(const struct gradients *g, float height) {
    return fmaxf(ROW_LEAST, fminf(ROW, (height - HEAD) / (float)g->card.look->count));
}

static void draw_table(const struct gradients *g, rect r, float row) {
    struct columns c = columns_of(r);
    table_header(g, &c, r.x, r.y + 14);
    draw_hline(g->card.list, r.x, r.x + r.w, r.y + HEAD - 1, g->card.theme->line);
    for (int k = 0; k < g->card.look->count; k++)
        table_row(g, &c, r.x, r.y + HEAD + row * ((float)k + 0.5f) + 5, k);
}

// As many of its sentences as there is room for.
static void explanation(const struct gradients *g, const struct measures *m, rect r) {
    static const char *const sentences[] = {
        " Where a spectral radius is below 1, what comes back through that matrix alone shrinks in the long run; above "
        "1 "
        "it can grow.",
        " Clipping shortens all gradients of an update alike: it leaves the lines’ shapes."};
    char text[420];
    int used = snprintf(text, sizeof text, "Means over %d %s of %d %s.", m->gradient_probes,
                        m->gradient_probes == 1 ? "example" : "examples", g->T, g->T == 1 ? "timestep" : "timesteps");
    struct rich_style style = {13, 19, g->card.theme->ink3, g->card.theme->ink2};
    for (size_t k = 0; k < sizeof sentences / sizeof *sentences; k++) {
        int before = used;
        used += snprintf(text + used, sizeof text - (size_t)used, "%s", sentences[k]);
        if (plain_text(g->card.list, r.x, r.y, r.w, text, style, false) <= r.h) continue;
        text[before] = '\0';
        break;
    }
    if (plain_text(g->card.list, r.x, r.y, r.w, text, style, false) <= r.h)
        plain_text(g->card.list, r.x, r.y, r.w, text, style, true);
}

// --- the card ---

// Of a run that was reopened the first checkpoint after that.
static int64_t first_update(const struct gradients *g) {
    for (int k = 0; k < g->card.look->count; k++) {
        const struct train_check *check = train_check_first(&g->card, k);
        if (check) return check->update;
    }
    return 0;
}

static int longest(const struct gradients *g) {
    int T = 0;
    for (int k = 0; k < g->card.look->count; k++) {
        const struct measured_gradient *gradient = gradient_of(g, train_check_now(&g->card, k));
        if (gradient && gradient->T > T) T = gradient->T;
    }
    return T;
}

void train_gradients_card(struct ui *ui, rect r, const struct train_look *look, struct train_cards *cards) {
    struct gradients g = {.card = train_card_open(ui, r, look, cards)};
    const struct measures *m = most_states(&g);
    if (!m) {
        train_card_empty(&g.card, "Measured at the first checkpoint.");
        return;
    }
    choose_losses(&g);
    choose_state(&g, m);
    train_place_stepper(&g.card);
    what_is_shown(&g, m);
    char words[64];
    snprintf(words, sizeof words, "thin lines: update %lld", (long long)first_update(&g));
    train_card_words(&g.card, words, "");
    g.T = longest(&g);
    g.t = cards->t < 1 ? 0 : cards->t > g.T ? g.T - 1 : cards->t - 1;
    rect content = g.card.r;
    bool wide = content.w >= WIDE;
    float row = row_height(&g, wide ? content.h : content.h * 0.5f), height = HEAD + row * (float)look->count;
    if (wide) {
        float width = fminf(540, fmaxf(430, content.w * 0.5f));
        draw_chart(&g, (rect){content.x, content.y, content.w - width - 28, content.h});
        rect table = {content.x + content.w - width, content.y, width, height};
        draw_table(&g, table, row);
        explanation(&g, m, (rect){table.x, table.y + height + 12, width, content.h - height - 12});
        return;
    }
    draw_chart(&g, (rect){content.x, content.y + height + 4, content.w, content.h - height - 4});
    draw_table(&g, (rect){content.x, content.y, content.w, height}, row);
}
