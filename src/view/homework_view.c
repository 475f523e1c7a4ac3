#include "homework_view.h"

#include "mathbox.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PAD = 24, HEAD = 56, FIELD = 48, GAP = 4, LINE = 21, TEXT = 300 };

struct page {
    struct ui *ui;
    const struct theme *theme;
    const struct scene *scene;
};

static void ask(const struct scene *scene, enum ask_kind kind, const char *text) {
    struct ask *out = &scene->state->ask;
    *out = (struct ask){.kind = kind};
    snprintf(out->text, sizeof out->text, "%s", text);
}

static void path_row(struct page *p, rect row, struct homework_view_memory *memory) {
    struct ui *ui = p->ui;
    bool loaded = p->scene->homework != NULL;
    float right = loaded ? 96 + 8 + 108 + 8 + 84 : 96;
    rect field = {row.x, row.y, fminf(560, row.w - right - 8), 32};
    bool enter = ui_text_field(ui, field, "arrays", memory->path, sizeof memory->path,
                               ".npy, .csv, .safetensors, or a folder of .npy");
    float x = field.x + field.w + 8;
    bool open = ui_button(ui, (rect){x, row.y, 96, 32}, "Open", !loaded);
    if ((open || enter) && *memory->path) ask(p->scene, ASK_HOMEWORK, memory->path);
    if (!loaded) return;
    if (ui_button(ui, (rect){x + 104, row.y, 108, 32}, "Read again", true)) ask(p->scene, ASK_HOMEWORK_AGAIN, "");
    if (ui_button(ui, (rect){x + 220, row.y, 84, 32}, "Clear", false)) ask(p->scene, ASK_HOMEWORK_CLEAR, "");
}

static const char *const help =
    "Compute a forward or a backward pass of this very example with your own code, save the arrays, and open them "
    "here, or drop them on the window. Each is held against what the core computed; the first timestep, gate, sign, "
    "order or shape that differs is named and marked on the stage.\n\n"
    "**1.** `Ctrl+E`, **Trace**, or `unroll trace --out DIR/` gives you what to compute from: `input`, `param/...`\n\n"
    "**2.** Save yours under the names of the exercises: `a`, `c`, `ft`, `it`, `cct`, `ot`, `y_pred`, `Wf`, `dWf`, "
    "`dba`, `da`, `da_prev` ...; under the names of the slots, `gate_f`, `dz_f`; under those of the trace file; or "
    "under PyTorch's, `weight_hh_l0.grad`. Axes may stand in any order.\n\n"
    "**3.** Open the file or the folder. After a change of your code: **Read again**.";

static void draw_empty(struct page *p, rect r) {
    rich_text(p->ui->list, p->theme, r.x, r.y + 20, fminf(680, r.w), help,
              (struct rich_style){.size = 15, .line_height = 24, .ink = p->theme->ink2, .bold = p->theme->ink1}, true);
}

// Where the walk computes what a finding is about; -1: no step does (a weight).
static int position_of(const struct scene *scene, const struct homework_finding *f) {
    const struct cell_desc *cell = record_cell(scene->record);
    const struct script *script = scene->script;
    if (f->t < 0) return f->gradient ? script->phase_first[PHASE_CLIP] : 0;
    if (f->slot < 0) {
        enum step_kind kind = strstr(f->tensor, "loss") ? STEP_LOSS : f->gradient ? STEP_OUTPUT_BACK : STEP_OUTPUT;
        return script_find(script, kind, f->layer, f->direction, f->t, -1);
    }
    for (int k = 0; k < cell->state_count; k++)
        if (f->gradient && cell->state_out[k] == f->slot)
            return script_find(script, STEP_SUM, f->layer, f->direction, f->t, k);
    for (int k = 0; k < cell->part_count; k++)
        for (int s = cell->parts[k].first; s < cell->parts[k].first + cell->parts[k].count; s++)
            if (cell->steps[s].out == f->slot)
                return script_find(script, f->gradient ? STEP_PART_BACK : STEP_PART, f->layer, f->direction, f->t, k);
    return script_find(script, STEP_INPUT, f->layer, f->direction, f->t, -1);
}

// The cursor goes to where it is computed, the stage comes back with the entry selected.
static void show_on_stage(struct page *p, const struct homework_finding *f) {
    struct view_state *state = p->scene->state;
    int position = position_of(p->scene, f);
    if (f->t >= 0 && f->slot >= 0) state->unit = f->unit;
    if (f->t >= 0) state->t = f->t;
    if (f->layer >= 0) state->layer = f->layer;
    if (f->direction >= 0) state->direction = f->direction;
    state->view = VIEW_STAGE;
    if (position >= 0) state->ask = (struct ask){.kind = ASK_SEEK, .index = position};
}

static const struct {
    enum icon icon;
    const char *word;
} marks[] = {
    [HOMEWORK_UNKNOWN] = {ICON_HELP, "not known"},
    [HOMEWORK_SHAPE] = {ICON_WARN, "shape"},
    [HOMEWORK_RIGHT] = {ICON_CHECK, "right"},
    [HOMEWORK_DIFFERS] = {ICON_WARN, "differs"},
};

static float sentences(struct page *p, const struct homework_finding *f, float x, float y, float width, bool draw) {
    struct draw_list *list = p->ui->list;
    struct rich_style plain = {14, LINE, p->theme->ink2, p->theme->ink2}, strong = plain;
    strong.ink = p->theme->ink1;
    float height = plain_text(list, x, y, width, f->said, plain, draw);
    if (!*f->guess) return height;
    char text[HOMEWORK_TEXT + 32];
    snprintf(text, sizeof text, "It looks like this: %s.", f->guess);
    return height + plain_text(list, x, y + height, width, text, strong, draw);
}

static float row_height(struct page *p, float width, const struct homework_finding *f) {
    return 20 + fmaxf(LINE, sentences(p, f, 0, 0, width - TEXT - 12, false));
}

static void finding_row(struct page *p, rect row, const struct homework_finding *f, bool first, int index) {
    struct ui *ui = p->ui;
    struct draw_list *list = ui->list;
    const struct theme *theme = p->theme;
    ui_push_id_int(ui, index);
    ui_id id = ui_make_id(ui, "finding");
    struct ui_result result = ui_control(ui, id, row, true);
    if (first)
        draw_rect(list, row, theme->hi_soft, 8);
    else if (result.hovered)
        draw_rect(list, row, theme->sunk, 8);
    bool bad = f->verdict == HOMEWORK_DIFFERS || f->verdict == HOMEWORK_SHAPE;
    color ink = bad ? theme->err : f->verdict == HOMEWORK_RIGHT ? theme->ink1 : theme->ink3;
    if (first) ink = theme->ink1; // red on the highlighter would not stand out
    icon_draw(list, marks[f->verdict].icon, row.x + 12, row.y + 10, 20, ink, 2);
    draw_text_fit(list, row.x + 40, row.y + 25, TEXT - 150, f->name,
                  text_of(FONT_MONO_SEMIBOLD, 14, theme->ink1, ALIGN_LEFT));
    draw_text(list, row.x + TEXT - 96, row.y + 25, first ? "first" : marks[f->verdict].word,
              text_of(FONT_SANS_SEMIBOLD, 14, ink, ALIGN_LEFT));
    sentences(p, f, row.x + TEXT, row.y + 10, row.w - TEXT - 12, true);
    ui_focus_ring(ui, id, rect_inset(row, 2), 8);
    if (result.hovered && f->verdict == HOMEWORK_DIFFERS) ui->cursor = CURSOR_HAND;
    if (result.clicked && f->verdict == HOMEWORK_DIFFERS) show_on_stage(p, f);
    ui_pop_id(ui);
}

static void summary(struct page *p, float x, float y, float width) {
    const struct homework *work = p->scene->homework;
    int counts[4] = {0};
    for (int k = 0; k < work->count; k++)
        counts[work->list[k].verdict]++;
    char text[200];
    snprintf(text, sizeof text, "%d of %d arrays right%s", counts[HOMEWORK_RIGHT], work->count,
             work->first >= 0 ? "; choose a row that differs to see it on the stage" : "");
    draw_text_fit(p->ui->list, x, y, width, text, text_of(FONT_SANS_MEDIUM, 14, p->theme->ink2, ALIGN_LEFT));
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    struct page page = {ui, ui->theme, scene};
    draw_rect(ui->list, r, ui->theme->stage, 0);
    view_title(ui, r, scene, view_of_homework.title);
    rect_cut_top(&r, HEAD);
    r = (rect){r.x + PAD, r.y, r.w - 2 * PAD, r.h - 12};
    path_row(&page, rect_cut_top(&r, FIELD), scene->memory);
    const struct homework *work = scene->homework;
    if (!work) {
        draw_empty(&page, r);
        return;
    }
    rect line = rect_cut_top(&r, 32);
    summary(&page, line.x, line.y + 18, line.w);
    float width = r.w - 14, content = 0;
    for (int k = 0; k < work->count; k++)
        content += row_height(&page, width, &work->list[k]) + GAP;
    float y = r.y - ui_scroll_begin(ui, r, "findings", content);
    for (int k = 0; k < work->count; k++) {
        float height = row_height(&page, width, &work->list[k]);
        finding_row(&page, (rect){r.x, y, width, height}, &work->list[k], k == work->first, k);
        y += height + GAP;
    }
    ui_scroll_end(ui);
}

const struct view view_of_homework = {
    .name = "homework",
    .title = "Your own arrays",
    .about = "your forward and backward pass held against this one: the first difference, and what it looks like",
    .key = 'y',
    .memory = sizeof(struct homework_view_memory),
    .draw = draw,
};
