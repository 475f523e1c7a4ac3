#include "lesson_card.h"

#include "mathbox.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RADIUS = 12, MARGIN = 18, NUMBER = 26 };

bool lesson_card_done(const struct lesson_card *card) {
    return card->parts > 0 && card->done == (card->parts < 32 ? (1u << card->parts) - 1 : ~0u);
}

// What all cards have: ground, border, press, ring.
static struct ui_result frame(struct ui *ui, rect r, const char *id, bool strong, bool dashed) {
    const struct theme *theme = ui->theme;
    ui_id self = ui_make_id(ui, id);
    struct ui_result result = ui_control(ui, self, r, true);
    if (result.hovered) ui->cursor = CURSOR_HAND;
    draw_rect(ui->list, r, dashed ? theme->stage : theme->panel, RADIUS);
    color edge = strong ? theme->ink1 : result.hovered ? theme->ink3 : theme->line;
    if (dashed)
        draw_box_dashed(ui->list, r, result.hovered ? theme->ink1 : theme->ink3, RADIUS, 1.5f, 6, 5);
    else
        draw_box(ui->list, r, edge, RADIUS, strong ? 2 : 1);
    ui_focus_ring(ui, self, r, RADIUS);
    return result;
}

// The ground of a thumbnail: round at the top, within the border.
static rect thumb_ground(struct ui *ui, rect r, float border) {
    rect top = {r.x + border, r.y + border, r.w - 2 * border, LESSON_CARD_THUMB - border};
    draw_rect(ui->list, (rect){top.x, top.y, top.w, top.h}, ui->theme->sunk, RADIUS - border);
    draw_rect(ui->list, (rect){top.x, top.y + RADIUS, top.w, top.h - RADIUS}, ui->theme->sunk, 0);
    return top;
}

float lesson_pills(struct ui *ui, float x, float y, float room, int count, unsigned done) {
    if (count <= 0) return x;
    float pitch = fminf(16, room / (float)count), w = fmaxf(2, pitch - 4);
    for (int k = 0; k < count; k++) {
        color ink = done >> k & 1 ? ui->theme->ink1 : ui->theme->line2;
        draw_rect(ui->list, (rect){x + pitch * (float)k, y, w, 5}, ink, 2.5f);
    }
    return x + pitch * (float)count;
}

// In one line, or two where it is longer.
static void title(struct ui *ui, rect r, const char *text) {
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 16, ui->theme->ink1, ALIGN_LEFT);
    size_t fits = 0;
    char line[128];
    snprintf(line, sizeof line, "%s", text);
    if (text_width(ui->list, line, style) <= r.w) {
        draw_text(ui->list, r.x, r.y + 27, line, style);
        return;
    }
    for (size_t end = 0; line[end];) { // as many words as fit
        end += strcspn(line + end, " ");
        char next = line[end];
        line[end] = 0;
        bool good = text_width(ui->list, line, style) <= r.w;
        line[end] = next;
        if (!good) break;
        fits = end;
        end += strspn(line + end, " ");
    }
    const char *rest = line + fits + strspn(line + fits, " ");
    if (fits > 0) draw_text_n(ui->list, r.x, r.y + 24, line, fits, style);
    draw_text_fit(ui->list, r.x, fits > 0 ? r.y + 44 : r.y + 27, r.w, rest, style);
}

static void tag(struct ui *ui, float right, float y) {
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 13, ui->theme->on_hi, ALIGN_CENTER);
    rect r = {right - 46, y, 46, 24};
    draw_rect(ui->list, r, ui->theme->hi, 4);
    draw_text(ui->list, r.x + r.w / 2, r.y + 16.5f, "Now", style);
}

static void progress(struct ui *ui, rect r, const struct lesson_card *card) {
    const struct theme *theme = ui->theme;
    float y = r.y + r.h - 28, right = r.x + r.w - MARGIN;
    lesson_pills(ui, r.x + MARGIN, y, r.w - 2 * MARGIN - 66, card->parts, card->done);
    if (lesson_card_done(card)) {
        draw_circle(ui->list, (point){right - 10, y + 2.5f}, 10, theme->ink1);
        icon_draw(ui->list, ICON_CHECK, right - 17, y - 4.5f, 14, theme->panel, 2.4f);
        return;
    }
    int done = 0;
    for (int k = 0; k < card->parts; k++)
        done += card->done >> k & 1;
    char text[32];
    if (card->begun)
        snprintf(text, sizeof text, "%d of %d", done, card->parts);
    else
        snprintf(text, sizeof text, "%d part%s", card->parts, card->parts == 1 ? "" : "s");
    draw_text(ui->list, right, y + 7, text, text_of(FONT_SANS, 14, theme->ink3, ALIGN_RIGHT));
}

static void fault(struct ui *ui, rect r, const char *text) {
    struct rich_style style = {.size = 13, .line_height = 18, .ink = ui->theme->err, .bold = ui->theme->err};
    icon_draw(ui->list, ICON_WARN, r.x + MARGIN, r.y + 16, 20, ui->theme->err, 1.8f);
    rect room = {r.x + MARGIN, r.y + 44, r.w - 2 * MARGIN, LESSON_CARD_THUMB - 52};
    draw_clip_push(ui->list, room);
    plain_text(ui->list, room.x, room.y, room.w, text, style, true);
    draw_clip_pop(ui->list);
}

struct ui_result lesson_card_draw(struct ui *ui, rect r, const char *id, const struct lesson_card *card,
                                  const struct thumb_numbers *numbers) {
    struct ui_result result = frame(ui, r, id, card->now, false);
    rect ground = thumb_ground(ui, r, card->now ? 2 : 1);
    if (card->error) {
        fault(ui, r, card->error);
        if (result.hovered || (result.focused && ui->focus_visible)) ui_tooltip(ui, r, card->error);
    } else
        lesson_thumb_draw(ui->list, ui->theme, ground, card->id, card->cell, numbers);
    float x = r.x + MARGIN, y = r.y + LESSON_CARD_THUMB;
    if (!card->error) {
        char number[16];
        snprintf(number, sizeof number, "%d", card->number);
        struct text_style style = text_of(FONT_SANS, 16, ui->theme->ink3, ALIGN_LEFT);
        draw_text(ui->list, x, y + 27, number, style);
        x += fmaxf(NUMBER, text_width(ui->list, number, style) + 8);
    }
    float right = r.x + r.w - MARGIN;
    if (card->now) tag(ui, right, y + 9), right -= 50;
    title(ui, (rect){x, y, right - x, 0}, card->title);
    if (card->error)
        draw_text_fit(ui->list, r.x + MARGIN, r.y + r.h - 20, r.w - 2 * MARGIN, "cannot be opened",
                      text_of(FONT_SANS, 14, ui->theme->ink3, ALIGN_LEFT));
    else
        progress(ui, r, card);
    return result;
}

static void plain_words(struct ui *ui, rect r, const char *title, const char *about) {
    draw_text_fit(ui->list, r.x + MARGIN, r.y + LESSON_CARD_THUMB + 27, r.w - 2 * MARGIN, title,
                  text_of(FONT_SANS_SEMIBOLD, 16, ui->theme->ink1, ALIGN_LEFT));
    draw_text_fit(ui->list, r.x + MARGIN, r.y + r.h - 20, r.w - 2 * MARGIN, about,
                  text_of(FONT_SANS, 14, ui->theme->ink3, ALIGN_LEFT));
}

struct ui_result sandbox_card_draw(struct ui *ui, rect r, const char *id, int units, int layers, int T) {
    const struct theme *theme = ui->theme;
    struct ui_result result = frame(ui, r, id, false, false);
    thumb_ground(ui, r, 1);
    const struct {
        const char *label;
        int value, most;
    } rows[] = {{"\\s{units}", units, 512}, {"\\s{layers}", layers, 4}, {"T_x", T, 500}};
    float left = r.x + MARGIN + 6, right = r.x + r.w - MARGIN - 6, from = left + 60, to = right - 36;
    for (int k = 0; k < 3; k++) {
        float y = r.y + 36 + 30 * (float)k;
        math_draw(ui->list, theme, left, y + 5, rows[k].label, 14, theme->ink1, ALIGN_LEFT);
        double share = rows[k].value > 1 ? log(rows[k].value) / log(rows[k].most) : 0;
        float at = from + (to - from) * (float)fmin(1, share);
        draw_rect(ui->list, (rect){from, y - 1.5f, to - from, 3}, theme->line2, 1.5f);
        draw_rect(ui->list, (rect){from, y - 1.5f, at - from, 3}, theme->ink1, 1.5f);
        draw_circle(ui->list, (point){at, y}, 7, theme->panel);
        draw_ring(ui->list, (point){at, y}, 7, theme->ink1, 2);
        char number[24];
        snprintf(number, sizeof number, "%d", rows[k].value);
        if (rows[k].value == 0) snprintf(number, sizeof number, "–");
        draw_text(ui->list, right, y + 5, number, text_of(FONT_SANS_SEMIBOLD, 14, theme->ink1, ALIGN_RIGHT));
    }
    plain_words(ui, r, "Sandbox", "Choose cell, size and data");
    return result;
}

struct ui_result open_card_draw(struct ui *ui, rect r, const char *id) {
    const struct theme *theme = ui->theme;
    struct ui_result result = frame(ui, r, id, false, true);
    float middle = r.x + r.w / 2;
    icon_draw(ui->list, ICON_DROP, middle - 13, r.y + 34, 26, theme->ink1, 1.8f);
    draw_text(ui->list, middle, r.y + 92, "Drop a file here",
              text_of(FONT_SANS_SEMIBOLD, 15, theme->ink1, ALIGN_CENTER));
    draw_text(ui->list, middle, r.y + 113, ".txt or .csv, a model, a lesson",
              text_of(FONT_SANS, 13, theme->ink3, ALIGN_CENTER));
    draw_text_fit(ui->list, r.x + MARGIN, r.y + LESSON_CARD_THUMB + 44, r.w - 2 * MARGIN, "Open your own data",
                  text_of(FONT_SANS_SEMIBOLD, 15, theme->ink1, ALIGN_LEFT));
    return result;
}
