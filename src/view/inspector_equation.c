// The equation of an inspector page, with its symbols as links.
#include "equation_links.h"
#include <stdio.h>
#include <string.h>

enum { LINKED_TEXT = 3000, LINKS = 48 };

// Where the right side of an equation starts: the lines after the first stand under it.
static float left_side(const struct page *page, const char *line, float size) {
    const char *equals = strchr(line, '=');
    if (!equals || equals - line >= 200) return 0;
    char left[204];
    snprintf(left, sizeof left, "%.*s", (int)(equals - line), line);
    return math_check(left, NULL) ? math_measure(page->list, left, size).width : 0;
}

// The symbols of the line under the pointer lead to where they are computed.
static void follow_links(struct page *page, int line, rect at, float y, float size) {
    ui_push_id_int(page->ui, line);
    struct ui_result result = ui_control(page->ui, ui_make_id(page->ui, "equation"), at, false);
    ui_pop_id(page->ui);
    if (!result.hovered) return;
    char text[LINKED_TEXT], own[LINKED_TEXT], *start = text;
    struct label_style style = page->label;
    style.linked = true;
    label_equation(text, sizeof text, page->record, &page->step, false, style);
    for (int k = 1; k < line && start; k++)
        if ((start = strchr(start, '\n'))) start++;
    if (!start) return;
    start[strcspn(start, "\n")] = 0;
    bool goes_on = start[0] == '+' || start[0] == '-' || start[0] == '=';
    snprintf(own, sizeof own, goes_on ? "%.1s~%s" : "%.0s%s", start, goes_on ? start + 1 : start);
    struct math_link links[LINKS];
    int count = math_links(page->list, at.x, y, at.w, own, size, links, LINKS);
    for (int k = 0; k < count; k++) {
        if (!rect_has(links[k].at, page->ui->pointer) || !link_take(page, &links[k])) continue;
        if (result.clicked) link_go(page, &page->link_target);
    }
}

float page_equation(struct page *page, float y, float size, float line) {
    char text[PAGE_TEXT];
    label_equation(text, sizeof text, page->record, &page->step, false, page->label);
    float under = 0;
    int count = 0;
    for (char *at = text; at && *at;) {
        char *end = strchr(at, '\n');
        if (end) *end = 0;
        // A line that goes on with the one before stands under its right side; one that begins anew at the
        // left.
        bool goes_on = at[0] == '+' || at[0] == '-' || at[0] == '=';
        if (count++ > 0) y += line;
        if (!goes_on) {
            under = left_side(page, at, size) + 20;
            if (under > page->w * 0.4f) under = 20;
        }
        char own[PAGE_TEXT];
        snprintf(own, sizeof own, goes_on ? "%.1s~%s" : "%.0s%s", at, goes_on ? at + 1 : at);
        float indent = goes_on ? under : 0;
        math_draw_fit(page->list, page->theme, page->x + indent, y, page->w - indent, own, size, page->theme->ink1,
                      ALIGN_LEFT);
        follow_links(page, count, (rect){page->x + indent, y - size, page->w - indent, line}, y, size);
        at = end ? end + 1 : NULL;
    }
    return y;
}

int page_equation_lines(const struct page *page) {
    char text[PAGE_TEXT];
    label_equation(text, sizeof text, page->record, &page->step, false, page->label);
    int lines = 1;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    return lines;
}
