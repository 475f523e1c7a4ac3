// The Vocabulary and Length cards.
#include "data_page.h"
#include "mathbox.h"
#include "token.h"

#include <math.h>
#include <stdio.h>

enum { ENTRY = 21, HEAD = 50 };

// "Source", "Targets": which side of pairs.
static void side_choice(struct app *app, rect r) {
    static const char *const sides[] = {"Source", "Target"};
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    float w = ui_segments_width(ui, sides, NULL, 2, false);
    page->targets =
        ui_segments(ui, (rect){r.x + r.w - 20 - w, r.y + 14, w, 28}, "side", sides, NULL, 2, page->targets, false) == 1;
}

static void entry(struct ui *ui, rect r, const struct data_look *look, const struct vocabulary *vocabulary, int index,
                  long most) {
    char text[32];
    long count = data_look_count(look, vocabulary, index);
    const char *symbol = vocabulary->texts[index];
    float names = fminf(130, r.w * 0.34f), bar = r.x + 34 + names, room = r.w - 34 - names - 60;
    snprintf(text, sizeof text, "%d", index);
    struct text_style number = data_text(ui, FONT_SANS_MEDIUM, index > 9999 ? 11 : 13, 3, ALIGN_RIGHT);
    draw_text(ui->list, r.x + 22, r.y + 15, text, number);
    draw_text_fit(ui->list, r.x + 34, r.y + 15, names - 8, symbol[0] == '<' ? symbol : token_visible(symbol),
                  data_text(ui, FONT_MONO, 13.5f, 1, ALIGN_LEFT));
    if (count > 0) data_bar(ui, (rect){bar, r.y + 5, fmaxf(1, room * (float)((double)count / (double)most)), 11});
    format_count(text, sizeof text, count);
    draw_text(ui->list, r.x + r.w, r.y + 15, text, data_text(ui, FONT_SANS_MEDIUM, 13, 2, ALIGN_RIGHT));
}

static void entries(struct ui *ui, rect r, const struct data_look *look, const struct vocabulary *vocabulary) {
    long most = vocabulary == &look->data->vocabulary ? look->symbol_most : look->target_most;
    float offset = ui_scroll_begin(ui, r, "entries", (float)(ENTRY * vocabulary->count) + 8);
    int first = (int)(offset / ENTRY), last = (int)((offset + r.h) / ENTRY) + 1;
    for (int k = first; k < last && k < vocabulary->count; k++)
        entry(ui, (rect){r.x + 20, r.y + (float)(ENTRY * k) - offset, r.w - 40, ENTRY}, look, vocabulary, k, most);
    ui_scroll_end(ui);
}

// Of numbers: what they were scaled by.
static void channels(struct ui *ui, rect r, const struct dataset *d) {
    struct text_style head = data_text(ui, FONT_SANS, 13, 3, ALIGN_RIGHT),
                      value = data_text(ui, FONT_SANS_MEDIUM, 13, 1, ALIGN_RIGHT);
    char text[64];
    if (!d->scale) {
        snprintf(text, sizeof text, d->input == VALUES_SETS ? "%d keys, 1 where one sounds" : "%d, not scaled",
                 d->channels);
        draw_text_fit(ui->list, r.x + 20, r.y + 18, r.w - 40, text, data_text(ui, FONT_SANS, 14, 2, ALIGN_LEFT));
        return;
    }
    draw_text(ui->list, r.x + r.w - 100, r.y + 14, "mean", head);
    draw_text(ui->list, r.x + r.w - 20, r.y + 14, "deviation", head);
    rect body = {r.x, r.y + 20, r.w, r.h - 20};
    float offset = ui_scroll_begin(ui, body, "channels", (float)(ENTRY * d->channels) + 8);
    for (int c = 0, column = -1; c < d->channels; c++) {
        float y = body.y + (float)(ENTRY * c) - offset + 15;
        do
            column++;
        while (column < d->column_count && d->columns[column].role != ROLE_VALUE);
        if (y < body.y - ENTRY || y > body.y + body.h + ENTRY) continue;
        bool named = column < d->column_count && d->columns[column].name[0];
        snprintf(text, sizeof text, named ? "%s" : "channel", named ? d->columns[column].name : "");
        if (!named) snprintf(text, sizeof text, "channel %d", c + 1);
        draw_text_fit(ui->list, r.x + 20, y, r.w - 196, text, data_text(ui, FONT_SANS, 14, 1, ALIGN_LEFT));
        format_value(text, sizeof text, (double)d->mean[c], fabs((double)d->mean[c]) < 100 ? 3 : 1, false);
        draw_text(ui->list, r.x + r.w - 100, y, text, value);
        format_value(text, sizeof text, (double)d->scale[c], fabs((double)d->scale[c]) < 100 ? 3 : 1, false);
        draw_text(ui->list, r.x + r.w - 20, y, text, value);
    }
    ui_scroll_end(ui);
}

void data_draw_vocabulary(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    const struct dataset *d = page->look->data;
    bool sides = d->answers == ANSWERS_SEQUENCE && d->labels.count > 0 && d->symbols;
    const struct vocabulary *vocabulary = page->targets && sides ? &d->labels : &d->vocabulary;
    rect body = {r.x + 1, r.y + HEAD, r.w - 2, r.h - HEAD - 6};
    char text[48];
    ui_push_id(ui, "vocabulary");
    data_card(ui, r, d->symbols ? "Vocabulary" : "Channels", NULL);
    if (d->symbols) {
        data_number(text, sizeof text, " entries", vocabulary->count);
        if (sides)
            side_choice(app, r);
        else
            draw_text(ui->list, r.x + r.w - 20, r.y + 33, text, data_text(ui, FONT_SANS, 14, 3, ALIGN_RIGHT));
        entries(ui, body, page->look, vocabulary);
    } else
        channels(ui, body, d);
    ui_pop_id(ui);
}

// ---- lengths ----

static void length_unit(const struct data_look *look, char *out, size_t size) {
    static const char *const units[TOKENS_KIND_COUNT] = {"characters", "words", "bytes", "symbols"};
    const struct dataset *d = look->data;
    const char *of = d->answers == ANSWERS_EACH && d->symbols ? "a sentence"
                     : preview_of_file(look->preview)         ? "a row"
                                                              : "an example";
    snprintf(out, size, "%s %s", !d->symbols ? "timesteps" : d->task ? "symbols" : units[d->vocabulary.tokens], of);
}

static float bin_x(rect area, const struct length_bins *bins, double length, double end) {
    return area.x + area.w * (float)((length - bins->first) / (end - bins->first));
}

static void axis(struct ui *ui, rect area, const struct length_bins *bins, double end) {
    static const int steps[] = {1, 2, 5};
    int span = (int)end - bins->first, step = 1;
    for (int k = 0, decade = 1; (float)(span / step) * 44 > fmaxf(44, area.w); k++) {
        if (k == 3) k = 0, decade *= 10;
        step = steps[k] * decade;
    }
    float width = area.w * (float)bins->width / (float)(end - bins->first);
    for (int at = (bins->first + step - 1) / step * step; at < (int)end; at += step) {
        char text[24];
        format_count(text, sizeof text, at);
        float shift = bins->width == 1 ? width / 2 : 0; // a bar of one length stands over its number
        draw_text(ui->list, bin_x(area, bins, at, end) + shift, area.y + area.h + 20, text,
                  data_text(ui, FONT_SANS_MEDIUM, 13, 3, ALIGN_CENTER));
    }
}

static void bars(struct ui *ui, rect area, const struct length_bins *bins, int limit) {
    double end = bins->first + bins->count * bins->width;
    if (limit > 0 && limit + 1 > end) end = limit + 1;
    float width = area.w * (float)(bins->width / (end - bins->first)), gap = width > 6 ? 1.5f : width > 3 ? 1 : 0;
    for (int k = 0; k < bins->count; k++) {
        float h = area.h * (float)((double)bins->counts[k] / (double)bins->most);
        if (bins->counts[k] == 0) continue;
        h = fmaxf(1, h);
        float x = bin_x(area, bins, bins->first + k * bins->width, end), w = fminf(width - gap, 40);
        data_bar(ui, (rect){x + (width - gap - w) / 2, area.y + area.h - h, fmaxf(1, w), h});
    }
    draw_hline(ui->list, area.x, area.x + area.w, area.y + area.h, ui->theme->line2);
    axis(ui, area, bins, end);
    if (limit <= 0) return;
    char text[32];
    float x = bin_x(area, bins, limit + 1, end);
    snprintf(text, sizeof text, "limit %d", limit);
    struct text_style style = data_text(ui, FONT_SANS_SEMIBOLD, 13, 1, ALIGN_RIGHT);
    float w = text_width(ui->list, text, style);
    if (x - area.x < w + 12) style.align = ALIGN_LEFT;
    draw_rect(ui->list, (rect){x - 1, area.y - 14, 2, area.h + 14}, ui->theme->ink1, 0);
    draw_text(ui->list, style.align == ALIGN_LEFT ? x + 8 : x - 8, area.y - 4, text, style);
}

// One long text or series has no lengths to count.
static void whole(struct ui *ui, rect r, const struct data_look *look) {
    char text[160], number[32];
    format_count(number, sizeof number, (long)look->data->symbol_count);
    snprintf(text, sizeof text, "One %s of %s timesteps; training reads windows of %d.",
             look->data->symbols ? "text" : "series", number, look->limit);
    plain_text(ui->list, r.x + 20, r.y + HEAD, r.w - 40, text,
               (struct rich_style){.size = 14, .line_height = 21, .ink = ui->theme->ink2, .bold = ui->theme->ink1},
               true);
}

void data_draw_lengths(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    const struct data_page *page = app->data_page;
    const struct data_look *look = page->look;
    const struct dataset *d = look->data;
    bool targets = page->targets && d->answers == ANSWERS_SEQUENCE && d->labels.count > 0;
    bool is_whole = d->shape == TEXT_WHOLE;
    char unit[48];
    length_unit(look, unit, sizeof unit);
    data_card(ui, r, "Length", is_whole ? NULL : targets ? "of the targets" : unit);
    if (is_whole) {
        whole(ui, r, look);
        return;
    }
    bool cut = d->answers == ANSWERS_NEXT && look->limit < d->length_max + (d->symbols ? 1 : -1);
    rect area = {r.x + 24, r.y + 66, r.w - 48, r.h - 66 - 36};
    bars(ui, area, targets ? &look->answer_lengths : &look->lengths, cut ? look->limit : 0);
}
