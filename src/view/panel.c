#include "panel.h"
#include "mathbox.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARGIN = 24, FOOTER = 56, DOT_W = 10, DOT_PITCH = 14, TASK_INDENT = 30, TITLE_LINE = 30 };

// The content is laid out twice by the same code: once to learn its height, then to draw it at its scroll
// offset.
struct panel {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct panel_content *content;
    rect r;
    float x, w, y; // column of text; y: where the next thing goes
    bool draw;
    bool seek; // the keyboard looks for the control of the open task
    struct panel_action *action;
};

// After a control was drawn that the open task begins with: what was typed to come here is not typed into it.
static void found(struct panel *p, ui_id id) {
    if (!p->seek || !p->draw) return;
    p->seek = false;
    ui_set_focus(p->ui, id, true);
    p->ui->animating = true;
}

static float paragraph(struct panel *p, float x, float width, const char *text, float size, float line, color ink,
                       color bold) {
    struct rich_style style = {size, line, ink, bold};
    return rich_text(p->list, p->theme, x, p->y, width, text, style, p->draw);
}

// --- part dots ---

static void draw_dots(struct panel *p, float right, float y, float pitch) {
    const struct panel_content *c = p->content;
    for (int i = 0; i < c->part_count; i++) {
        float x = right - (float)(c->part_count - i) * pitch + (pitch - fminf(DOT_W, pitch - 3));
        rect dot = {x, y - 7, fminf(DOT_W, pitch - 3), 4};
        bool done = c->part_done && c->part_done[i], current = i == c->part;
        color ink = current               ? p->theme->ink1
                    : done || i < c->part ? color_mix(p->theme->panel, p->theme->ink1, 0.45f)
                                          : p->theme->line2;
        draw_rect(p->list, dot, ink, 2);
        rect target = {right - (float)(c->part_count - i) * pitch, y - 21, pitch, 32};
        ui_push_id_int(p->ui, i);
        ui_id id = ui_make_id(p->ui, "part");
        struct ui_result result = ui_control(p->ui, id, target, true);
        ui_focus_ring(p->ui, id, rect_inset(dot, -1), 3);
        if (result.hovered) {
            char text[32];
            snprintf(text, sizeof text, "Part %d", i + 1);
            ui_tooltip(p->ui, target, text);
            p->ui->cursor = CURSOR_HAND;
        }
        if (result.clicked) p->action->part = i;
        ui_pop_id(p->ui);
    }
}

static void eyebrow(struct panel *p) {
    const struct panel_content *c = p->content;
    p->y += 36;
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, p->theme->ink3, ALIGN_LEFT);
    float used = c->eyebrow ? text_width(p->list, c->eyebrow, style) : 0;
    float pitch = c->part_count ? fminf(DOT_PITCH, (p->w - used - 12) / (float)c->part_count) : DOT_PITCH;
    bool below = pitch < 8; // many parts: the dots get a line of their own
    if (below) pitch = fminf(DOT_PITCH, p->w / (float)c->part_count);
    if (p->draw && c->eyebrow) draw_text_fit(p->list, p->x, p->y, p->w, c->eyebrow, style);
    if (below) p->y += 18;
    if (p->draw && c->part_count > 1)
        draw_dots(p, below ? p->x + (float)c->part_count * pitch : p->x + p->w + DOT_PITCH - DOT_W, p->y, pitch);
}

// --- title, text, equations ---

// Lines of at most the width, broken at spaces; a single word that is too long is made smaller.
static void title(struct panel *p) {
    const char *text = p->content->title;
    struct text_style style = text_of(FONT_DISPLAY, 24, p->theme->ink1, ALIGN_LEFT);
    p->y += 34;
    while (text && *text) {
        char line[128];
        size_t length = 0, fits = 0;
        while (text[length]) {
            size_t word = length + strcspn(text + length + (length > 0), " ") + (length > 0);
            if (word >= sizeof line) break;
            snprintf(line, sizeof line, "%.*s", (int)word, text);
            if (fits && text_width(p->list, line, style) > p->w) break;
            fits = length = word;
        }
        if (!fits) fits = strlen(text) < sizeof line ? strlen(text) : sizeof line - 1;
        snprintf(line, sizeof line, "%.*s", (int)fits, text);
        struct text_style own = style;
        float width = text_width(p->list, line, style);
        if (width > p->w) own.size *= fmaxf(0.6f, p->w / width);
        if (p->draw) draw_text_fit(p->list, p->x, p->y, p->w, line, own);
        text += fits;
        while (*text == ' ')
            text++;
        if (*text) p->y += TITLE_LINE;
    }
    p->y += 34;
}

static void equation(struct panel *p, const char *markup) {
    float size = 18.5f, room = p->w - 24;
    struct math_box box = math_measure(p->list, markup, size);
    if (box.width > room) {
        size *= fmaxf(0.7f, room / box.width);
        box = math_measure(p->list, markup, size);
    }
    float ink = box.ascent + box.descent, height = fmaxf(64, ink + 32);
    if (p->draw) {
        rect r = {p->x, p->y, p->w, height};
        draw_rect(p->list, r, p->theme->sunk, 8);
        draw_clip_push(p->list, r);
        float baseline = p->y + (height - ink) / 2 + box.ascent;
        math_draw_fit(p->list, p->theme, p->x + p->w / 2, baseline, room, markup, size, p->theme->ink1, ALIGN_CENTER);
        draw_clip_pop(p->list);
    }
    p->y += height + 34;
}

static void blocks(struct panel *p) {
    for (int i = 0; i < p->content->block_count; i++) {
        const struct panel_block *block = &p->content->blocks[i];
        if (block->text) p->y += paragraph(p, p->x, p->w, block->text, 15, 23, p->theme->ink2, p->theme->ink1) + 8;
        if (block->equation) {
            // y is where a line of text would stand; under a title or another box that is too far down.
            if (!block->text && (i == 0 || p->content->blocks[i - 1].equation)) p->y -= 16;
            equation(p, block->equation);
        }
    }
}

// --- tasks ---

static void task_mark(struct panel *p, enum panel_task_state state) {
    static const enum ui_mark marks[] = {
        [TASK_LATER] = UI_MARK_LATER, [TASK_NOW] = UI_MARK_NOW, [TASK_DONE] = UI_MARK_DONE};
    ui_mark_draw(p->list, p->theme, (point){p->x + 9, p->y - 5}, marks[state]);
}

// One answer of a question: a row with a ring, wrapped text, as high as it needs.
static void choice(struct panel *p, int task, int k, float x, float width) {
    const struct panel_task *t = &p->content->tasks[task];
    const bool chosen = t->chosen == k, open = t->state == TASK_NOW;
    bool draw = p->draw;
    p->draw = false;
    float text_height = paragraph(p, x + 32, width - 42, t->choices[k], 14, 20, p->theme->ink1, p->theme->ink1);
    p->draw = draw;
    float height = fmaxf(34, text_height + 14);
    rect r = {x, p->y - 14, width, height};
    if (draw) {
        ui_push_id_int(p->ui, task * 100 + k);
        ui_id id = ui_make_id(p->ui, "choice");
        struct ui_result result = open ? ui_control(p->ui, id, r, true) : (struct ui_result){0};
        if (result.hovered) p->ui->cursor = CURSOR_HAND;
        draw_rect(p->list, r, result.hovered || chosen ? p->theme->sunk : p->theme->panel, 6);
        draw_box(p->list, r, chosen ? p->theme->ink1 : p->theme->line2, 6, chosen ? 2 : 1);
        point c = {x + 16, r.y + 17};
        draw_ring(p->list, c, 6, chosen ? p->theme->ink1 : p->theme->line2, 1.5f);
        if (chosen) draw_circle(p->list, c, 3, p->theme->ink1);
        color ink = open ? p->theme->ink1 : p->theme->ink3;
        float y = p->y;
        p->y = r.y + 22;
        paragraph(p, x + 32, width - 42, t->choices[k], 14, 20, ink, ink);
        p->y = y;
        if (open) ui_focus_ring(p->ui, id, r, 6);
        if (result.clicked) p->action->answer_task = task, p->action->answer_choice = k;
        if (open) found(p, id);
        ui_pop_id(p->ui);
    }
    p->y += height + 6;
}

static void number_field(struct panel *p, int task, float x, float width) {
    if (p->draw) {
        char *typed = p->content->answer;
        rect field = {x, p->y - 16, width - 84, 34}, button = {x + width - 76, p->y - 16, 76, 34};
        ui_push_id_int(p->ui, task);
        bool entered = ui_text_field(p->ui, field, "number", typed, p->content->answer_size, "a number");
        bool pressed = ui_button(p->ui, button, "Check", true);
        found(p, ui_make_id(p->ui, "number"));
        ui_pop_id(p->ui);
        if ((entered || pressed) && typed[0]) p->action->answer_task = task, p->action->answer_text = typed;
    }
    p->y += 42;
}

static void feedback(struct panel *p, const struct panel_task *t, float x, float width) {
    if (!t->feedback || !t->feedback[0]) return;
    color ink = t->feedback_right ? p->theme->ink1 : p->theme->err;
    if (p->draw) icon_draw(p->list, t->feedback_right ? ICON_CHECK : ICON_CLOSE, x, p->y - 13, 16, ink, 2);
    char text[600];
    snprintf(text, sizeof text, "**%s**  %s", t->feedback_right ? "Right." : "Not yet.", t->feedback);
    p->y += paragraph(p, x + 22, width - 22, text, 14, 20, p->theme->ink2, ink) + 6;
}

static void hints(struct panel *p, int task, float x, float width) {
    const struct panel_task *t = &p->content->tasks[task];
    if (t->hint && t->hint[0]) p->y += paragraph(p, x, width, t->hint, 14, 20, p->theme->ink3, p->theme->ink2) + 4;
    if (t->state != TASK_NOW) return;
    if (p->draw) {
        struct text_style style = text_of(FONT_SANS_MEDIUM, 13, p->theme->ink2, ALIGN_LEFT), quiet = style;
        const char *words = t->hint ? "Another hint" : "Hint";
        rect r = {x, p->y - 16, text_width(p->list, words, style) + 4, 24};
        float skip = text_width(p->list, "Skip", style) + 4;
        quiet.color = p->theme->ink3;
        ui_push_id_int(p->ui, task);
        if (t->more_hints && ui_link(p->ui, r, words, style)) p->action->hint = task;
        if (t->more_hints) found(p, ui_make_id(p->ui, words));
        if (ui_link(p->ui, (rect){x + width - skip, r.y, skip, r.h}, "Skip", quiet)) p->action->skip = true;
        found(p, ui_make_id(p->ui, "Skip"));
        ui_pop_id(p->ui);
    }
    p->y += 22;
}

static void task(struct panel *p, int k) {
    const struct panel_task *t = &p->content->tasks[k];
    const struct theme *theme = p->theme;
    const float top = p->y;
    if (p->draw) task_mark(p, t->state);
    float x = p->x + TASK_INDENT, width = p->w - TASK_INDENT;
    color ink = t->state == TASK_DONE ? theme->ink3 : t->state == TASK_NOW ? theme->ink1 : theme->ink2;
    p->y += paragraph(p, x, width, t->text, 14, 20, ink, ink);
    bool open = t->state == TASK_NOW;
    if (t->choice_count > 0 && (open || t->chosen >= 0)) {
        p->y += 8;
        for (int i = 0; i < t->choice_count; i++)
            if (open || i == t->chosen) choice(p, k, i, x, width);
    }
    if (t->asks_number && open && p->content->answer) {
        p->y += 10;
        number_field(p, k, x, width);
    }
    if (t->feedback && t->feedback[0]) {
        p->y += 4;
        feedback(p, t, x, width);
    }
    if (t->state != TASK_DONE) {
        if (t->hint || open) p->y += 4;
        hints(p, k, x, width);
    }
    p->y += 10;
    if (p->draw && p->content->show_task == k + 1)
        ui_scroll_show(p->ui, (rect){p->x, top - 20, p->w, fminf(p->y - top, p->r.h - FOOTER - 40)});
}

static void tasks(struct panel *p) {
    const struct panel_content *c = p->content;
    if (!c->task_count) return;
    int done = 0;
    for (int i = 0; i < c->task_count; i++)
        done += c->tasks[i].state == TASK_DONE;
    if (p->draw) {
        char text[32];
        snprintf(text, sizeof text, "%d of %d", done, c->task_count);
        draw_text(p->list, p->x, p->y, "Try this", text_of(FONT_SANS_SEMIBOLD, 14, p->theme->ink1, ALIGN_LEFT));
        draw_text(p->list, p->x + p->w, p->y, text, text_of(FONT_SANS_MEDIUM, 13, p->theme->ink3, ALIGN_RIGHT));
    }
    p->y += 24;
    for (int i = 0; i < c->task_count; i++)
        task(p, i);
}

// The terms of the part, one behind another in lines, and the way to all of them.
static void glossary_links(struct panel *p) {
    const struct panel_content *c = p->content;
    const struct text_style head = text_of(FONT_SANS_MEDIUM, 13, p->theme->ink3, ALIGN_LEFT),
                            style = text_of(FONT_SANS_MEDIUM, 13, p->theme->ink2, ALIGN_LEFT);
    float x = p->x;
    p->y += 8;
    ui_push_id(p->ui, "terms");
    for (int k = -1; k < c->term_count; k++) {
        const char *words = k < 0 ? "Glossary (F6)" : c->terms[k];
        float width = text_width(p->list, words, k < 0 ? head : style) + 2;
        if (x > p->x && x + width > p->x + p->w) x = p->x, p->y += 24;
        rect r = {x, p->y - 16, fminf(width, p->w), 24};
        bool pressed = p->draw && ui_link(p->ui, r, words, k < 0 ? head : style);
        if (pressed && k < 0) p->action->glossary = true;
        if (pressed && k >= 0) p->action->term = k;
        x += width + 14;
    }
    ui_pop_id(p->ui);
    p->y += 22;
}

// --- the end of the lesson ---

// "Still open: part 2 and part 4."; returns the first of them, or -1.
static int open_parts(const struct panel_content *c, char *out, size_t size) {
    int first = -1, count = 0;
    for (int i = 0; i < c->part_count; i++)
        count += !c->part_done[i];
    size_t n = (size_t)snprintf(out, size, "Still open:");
    for (int i = 0, k = 0; i < c->part_count && n < size; i++) {
        if (c->part_done[i]) continue;
        if (first < 0) first = i;
        const char *before = k == 0 ? " " : k == count - 1 ? " and " : ", ";
        n += (size_t)snprintf(out + n, size - n, "%spart %d", before, i + 1);
        k++;
    }
    if (n < size) snprintf(out + n, size - n, ".");
    return first;
}

// Behind the last part's tasks, once they are done: the lesson is done and leads on, or what of it is open.
static void ending(struct panel *p) {
    const struct panel_content *c = p->content;
    char words[256], go[32] = "";
    if (!c->part_done || c->part + 1 < c->part_count || !c->part_done[c->part]) return;
    int open = open_parts(c, words, sizeof words);
    bool done = open < 0;
    if (done)
        snprintf(words, sizeof words, "All %d parts of it. %s%s%s", c->part_count,
                 c->next_lesson ? "The next one: **" : "", c->next_lesson ? c->next_lesson : "",
                 c->next_lesson ? "**" : "");
    if (!done) snprintf(go, sizeof go, "Go to part %d", open + 1);
    float top = p->y += 6;
    if (p->draw) {
        draw_hline(p->list, p->x, p->x + p->w, top - 18, p->theme->line);
        if (done) ui_mark_draw(p->list, p->theme, (point){p->x + 9, p->y + 9}, UI_MARK_DONE);
        draw_text(p->list, p->x + (done ? TASK_INDENT : 0), p->y + 15, done ? "Lesson done" : "The last part is done",
                  text_of(FONT_DISPLAY, 19, p->theme->ink1, ALIGN_LEFT));
    }
    p->y += 42;
    p->y += paragraph(p, p->x, p->w, words, 14, 20, p->theme->ink2, p->theme->ink1);
    const struct {
        const char *label;
        bool shown, primary, *asked;
    } buttons[] = {{go, !done, true, NULL},
                   {"Next lesson", c->next_lesson != NULL, done, &p->action->next_lesson},
                   {"All lessons", c->lessons_page, done && !c->next_lesson, &p->action->lessons}};
    for (size_t k = 0; k < sizeof buttons / sizeof *buttons; k++) {
        if (!buttons[k].shown) continue;
        if (p->draw) {
            bool pressed = ui_button(p->ui, (rect){p->x, p->y, p->w, 38}, buttons[k].label, buttons[k].primary);
            found(p, ui_make_id(p->ui, buttons[k].label));
            if (pressed && buttons[k].asked) *buttons[k].asked = true;
            if (pressed && !buttons[k].asked) p->action->part = open;
        }
        p->y += 46;
    }
    p->y += 10;
    if (p->draw && c->show_end) ui_scroll_show(p->ui, (rect){p->x, top - 20, p->w, p->y - top + 10});
}

// Everything above the footer; returns its height.
static float layout(struct panel *p, float top, bool draw) {
    p->draw = draw;
    p->y = top;
    eyebrow(p);
    title(p);
    blocks(p);
    if (!p->content->block_count || !p->content->blocks[p->content->block_count - 1].equation) p->y += 14;
    tasks(p);
    ending(p);
    if (p->content->glossary) glossary_links(p);
    return p->y - top;
}

// --- previous and next ---

static bool turn(struct panel *p, rect r, const char *words, bool forward) {
    ui_id id = ui_make_id(p->ui, forward ? "next" : "previous");
    struct ui_result result = ui_control(p->ui, id, r, true);
    color ink = forward || result.hovered ? p->theme->ink1 : p->theme->ink2;
    if (result.hovered) p->ui->cursor = CURSOR_HAND;
    float y = r.y + r.h / 2 + 5;
    struct text_style style = text_of(forward ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 14, ink, ALIGN_LEFT);
    float room = r.w - 26, width = fminf(room, text_width(p->list, words, style));
    if (forward) {
        draw_text_fit(p->list, r.x + r.w - 26 - width + 4, y, width + 0.5f, words, style);
        icon_draw(p->list, ICON_CHEVRON_RIGHT, r.x + r.w - 18, y - 15, 20, ink, 1.8f);
    } else {
        icon_draw(p->list, ICON_CHEVRON_LEFT, r.x - 2, y - 15, 20, ink, 1.6f);
        draw_text_fit(p->list, r.x + 22, y, width + 0.5f, words, style);
    }
    ui_focus_ring(p->ui, id, r, 6);
    if (forward) found(p, id);
    return result.clicked;
}

static void footer(struct panel *p) {
    const struct panel_content *c = p->content;
    rect r = {p->r.x, p->r.y + p->r.h - FOOTER, p->r.w - 1, FOOTER};
    draw_rect(p->list, r, p->theme->panel, 0);
    draw_hline(p->list, r.x, r.x + r.w, r.y, p->theme->line);
    // Both titles share the line. Where they do not fit, the way back is only "Back", then the way on only "Next".
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 14, p->theme->ink1, ALIGN_LEFT);
    const char *previous = c->previous ? c->previous : "", *next = c->next ? c->next : "";
    float room = r.w - 42, left = text_width(p->list, previous, style) + 32,
          right = text_width(p->list, next, style) + 32;
    if (left + right > room && c->previous) left = text_width(p->list, previous = "Back", style) + 32;
    if (left + right > room && c->next) right = text_width(p->list, next = "Next", style) + 32;
    if (c->previous && turn(p, (rect){r.x + 20, r.y + 10, left, 36}, previous, false)) p->action->go = -1;
    if (c->next && turn(p, (rect){r.x + r.w - 19 - right, r.y + 10, right, 36}, next, true)) p->action->go = 1;
}

static void keys(struct panel *p) {
    const struct panel_content *c = p->content;
    if (ui_take_key(p->ui, KEY_PAGE_UP, MOD_CTRL) && c->previous) p->action->go = -1;
    if (ui_take_key(p->ui, KEY_PAGE_DOWN, MOD_CTRL)) {
        if (c->next) p->action->go = 1;
        p->action->next_lesson = !c->next && c->next_lesson;
    }
    p->seek = !ui_text_focused(p->ui) && ui_take_key(p->ui, '/', 0);
}

struct panel_action view_panel(struct ui *ui, rect r, const struct panel_content *content) {
    struct panel_action action = {.part = -1, .hint = -1, .answer_task = -1, .answer_choice = -1, .term = -1};
    struct panel p = {.ui = ui, .list = ui->list, .theme = ui->theme, .content = content, .r = r, .action = &action};
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x + r.w - 1, r.y, r.y + r.h, ui->theme->line);
    if (r.w < 120 || r.h < FOOTER + 60) return action;
    p.x = r.x + MARGIN;
    p.w = r.w - 2 * MARGIN;
    ui_push_id(ui, "panel");
    keys(&p);
    const bool foot = content->previous || content->next;
    rect body = {r.x, r.y, r.w - 1, r.h - (foot ? FOOTER : 0)};
    float height = layout(&p, r.y, false);
    float offset = ui_scroll_begin(ui, body, "body", height);
    layout(&p, r.y - offset, true);
    if (content->show_top) ui_scroll_show(ui, (rect){r.x, r.y - offset, r.w, 20});
    ui_scroll_end(ui);
    if (foot) footer(&p);
    ui_pop_id(ui);
    return action;
}

bool view_panel_rail(struct ui *ui, rect r, const struct panel_content *content) {
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x + r.w - 1, r.y, r.y + r.h, ui->theme->line);
    ui_push_id(ui, "rail");
    bool open = ui_icon_button(ui, (rect){r.x + r.w / 2 - 16, r.y + 11, 32, 32}, ICON_CHEVRON_RIGHT, 22,
                               "Open the lesson", false);
    ui_pop_id(ui);
    float room = r.h - 56 - 12, pitch = content->part_count ? fminf(16, room / (float)content->part_count) : 16;
    for (int i = 0; i < content->part_count && pitch > 4; i++) {
        bool done = content->part_done && content->part_done[i];
        color ink = i == content->part          ? ui->theme->ink1
                    : done || i < content->part ? color_mix(ui->theme->panel, ui->theme->ink1, 0.45f)
                                                : ui->theme->line2;
        draw_rect(ui->list, (rect){r.x + r.w / 2 - 2, r.y + 56 + (float)i * pitch, 4, pitch - 4}, ink, 2);
    }
    return open;
}
