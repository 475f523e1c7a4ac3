#include "edit_part.h"

#include "mathbox.h"
#include "str.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

static const double goes_on_seconds = 1;

void edit_ask(struct ui *ui, const struct scene *scene, const struct edits *edits, struct edit_going *going) {
    ui_id control = ui->active ? ui->active : ui->focus;
    bool same = control && control == going->control;
    bool more = same && ui->now - going->last < goes_on_seconds && !ui->pressed;
    *going = (struct edit_going){control, ui->now};
    scene->state->ask = (struct ask){.kind = ASK_EDIT, .edits = *edits, .more = more};
}

int edit_ask_put(struct ui *ui, const struct scene *scene, const struct edit *edit, struct edit_going *going) {
    struct edits edits = {0};
    if (scene->edits) edits = *scene->edits;
    int k = edits_put(&edits, edit);
    if (k >= 0) edit_ask(ui, scene, &edits, going);
    return k;
}

int edit_digits(double size, int usual) {
    int digits = usual;
    for (double least = 10 * pow(10, -usual); fabs(size) > 0 && fabs(size) < least; least /= 10)
        if (++digits > usual + 2) return -2;
    return digits;
}

double edit_round_up(double largest) {
    double power = pow(10, floor(log10(fmax(largest, 1e-3))));
    static const double steps[] = {1, 2, 5, 10};
    for (int k = 0; k < 4; k++)
        if (steps[k] * power >= largest * (1 - 1e-9)) return steps[k] * power;
    return 10 * power;
}

void edit_range(const struct record *record, const struct edit *edit, double *low, double *high) {
    const struct record *side = record_side(record, edit->encoder);
    enum slot_role role = record_cell(side)->slots[edit->slot].role;
    int layer = edit->layer > 0 ? edit->layer : 0, direction = edit->direction > 0 ? edit->direction : 0;
    double scale = role == SLOT_GATE ? 1 : scene_row_scale(side, layer, direction, edit->slot);
    bool squashed = role == SLOT_GATE || role == SLOT_CANDIDATE;
    *high = squashed ? 1 : fmax(1, scale);
    *low = role == SLOT_GATE ? 0 : -*high;
    if (isfinite(edit->value)) { // what was said in words may lie outside
        *high = fmax(*high, edit->value);
        *low = fmin(*low, edit->value);
    }
}

enum { SLIDER_LABEL = 60, SLIDER_SHOWN = 84 };

bool edit_slider(struct ui *ui, rect r, const char *label, const char *shown, double *value, double low, double high,
                 double step) {
    float y = r.y + r.h / 2 + 4.5f;
    draw_text(ui->list, r.x, y, label, (struct text_style){FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_LEFT});
    if (shown)
        draw_text_fit(ui->list, r.x + r.w - SLIDER_SHOWN + 10, y, SLIDER_SHOWN - 10, shown,
                      (struct text_style){FONT_SANS_SEMIBOLD, 13, ui->theme->ink1, ALIGN_LEFT});
    return ui_slider(ui, (rect){r.x + SLIDER_LABEL, r.y, r.w - SLIDER_LABEL - SLIDER_SHOWN, r.h}, label, value, low,
                     high, step);
}

bool edit_slider_int(struct ui *ui, rect r, const char *label, const char *shown, int *value, int low, int high) {
    double at = *value;
    if (!edit_slider(ui, r, label, shown, &at, low, high, 1)) return false;
    *value = (int)lround(at);
    return true;
}

bool edit_value(struct ui *ui, rect r, const char *shown, double *value, double low, double high,
                struct edit_typed *typed) {
    bool changed = edit_slider(ui, r, "Value", NULL, value, low, high, 0);
    double number;
    if (!typed->on || changed) snprintf(typed->text, sizeof typed->text, "%s", shown);
    rect field = {r.x + r.w - SLIDER_SHOWN + 8, r.y + (r.h - 28) / 2, SLIDER_SHOWN - 8, 28};
    bool entered = ui_text_field(ui, field, "typed value", typed->text, sizeof typed->text, "");
    typed->on = ui->focus == ui_make_id(ui, "typed value");
    if (!entered || !text_number(typed->text, &number)) return changed;
    *value = number;
    return true;
}

// --- the chip ---

static const char *const chip_popup = "edits in force";

static void chip_menu(struct ui *ui, rect anchor, const struct scene *scene) {
    enum { ROW = 32, SHOWN = 6 };
    const struct edits *edits = scene->edits;
    int shown = edits->count < SHOWN ? edits->count : SHOWN;
    const struct record *before = (scene->before ? scene->before : scene->record)->whole;
    rect r = ui_popup_begin(ui, anchor, 340, 24.0f * (float)(shown + (edits->count > SHOWN)) + 8 + ROW * 3);
    struct label_style style = {scene->state->notation, true};
    for (int k = 0; k < shown; k++) {
        char text[256];
        rect row = rect_cut_top(&r, 24);
        edit_sentence(text, sizeof text, &edits->list[k], before, style);
        color ink = edits->list[k].muted ? ui->theme->ink3 : ui->theme->ink1;
        draw_clip_push(ui->list, row);
        rich_text(ui->list, ui->theme, row.x + 8, row.y + 16, 2000, text, (struct rich_style){13, 20, ink, ink}, true);
        draw_clip_pop(ui->list);
    }
    if (edits->count > SHOWN) {
        char text[32];
        snprintf(text, sizeof text, "and %d more", edits->count - SHOWN);
        rect row = rect_cut_top(&r, 24);
        draw_text(ui->list, row.x + 8, row.y + 16, text,
                  (struct text_style){FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_LEFT});
    }
    rect_cut_top(&r, 8);
    struct ask ask = {0};
    if (ui_menu_row(ui, rect_cut_top(&r, ROW), "Undo the last change", "Ctrl+Z", false)) ask.kind = ASK_UNDO;
    if (ui_menu_row(ui, rect_cut_top(&r, ROW), "Clear all", NULL, false)) ask.kind = ASK_CLEAR;
    if (ui_menu_row(ui, rect_cut_top(&r, ROW), "What they changed", "U", false))
        ask = (struct ask){.kind = ASK_VIEW, .index = view_find("surgery")};
    if (ask.kind != ASK_NOTHING) {
        scene->state->ask = ask;
        ui_popup_close(ui);
    }
    ui_popup_end(ui);
}

float edit_chip(struct ui *ui, float x, float y, const struct scene *scene) {
    if (!scene->edits || scene->edits->count == 0) return x;
    char text[48];
    int count = scene->edits->count, active = edits_active(scene->edits);
    int n = snprintf(text, sizeof text, "Surgery: %d edit%s", count, count == 1 ? "" : "s");
    if (active < count) snprintf(text + n, sizeof text - (size_t)n, ", %d muted", count - active);
    rect chip = {x + 6, y, ui_chip_width(ui, text, true), 28};
    bool open = ui_chip_id(ui, chip, ICON_LOCK, text, chip_popup);
    // What runs with hands in it is marked as the strips are that it changes.
    if (active > 0) draw_rect(ui->list, (rect){chip.x + 4, chip.y + chip.h - 2, chip.w - 8, 2}, ui->theme->hi, 0);
    if (open) chip_menu(ui, chip, scene);
    return chip.x + chip.w + 12;
}
