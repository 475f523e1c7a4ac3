#include "chain_chart.h"

#include "log_axis.h"
#include "mathbox.h"
#include <math.h>

enum { ENTRY_SIZE = 15, ENTRY_GAP = 18 };

color chart_ink(const struct chain_page *page, enum chart_key key) {
    const struct theme *theme = page->theme;
    return key == CHART_BAR        ? theme->gr_p
           : key == CHART_LINE     ? theme->m_b
           : key == CHART_COMPARED ? theme->m_a
                                   : theme->ink2;
}

void chart_stroke(const struct chain_page *page, enum chart_key key) {
    if (key == CHART_COMPARED)
        draw_path_stroke_dashed(page->list, chart_ink(page, key), 2, 5, 4);
    else
        draw_path_stroke(page->list, chart_ink(page, key), 2.75f, false, true);
}

void chart_marker(const struct chain_page *page, point at, enum chart_key key) {
    color ink = chart_ink(page, key);
    if (key == CHART_POINT) {
        draw_rect(page->list, (rect){at.x - 4, at.y - 4, 8, 8}, ink, 1.5f);
    } else if (key == CHART_COMPARED) {
        draw_rect(page->list, (rect){at.x - 4.5f, at.y - 4.5f, 9, 9}, ink, 0);
        draw_rect(page->list, (rect){at.x - 2, at.y - 2, 4, 4}, page->theme->stage, 0);
    } else {
        draw_circle(page->list, at, 5.5f, ink);
        draw_circle(page->list, at, 3, page->theme->stage);
    }
}

static float sample_width(enum chart_key key) {
    return key == CHART_POINT ? 18 : 34;
}

float chart_entry_width(const struct chain_page *page, const char *markup, enum chart_key key) {
    return math_measure(page->list, markup, ENTRY_SIZE).width + sample_width(key);
}

float chart_entry(const struct chain_page *page, float x, float y, const char *markup, enum chart_key key) {
    math_draw(page->list, page->theme, x, y, markup, ENTRY_SIZE, page->theme->ink2, ALIGN_RIGHT);
    x -= chart_entry_width(page, markup, key);
    if (key == CHART_BAR) {
        draw_rect(page->list, (rect){x + 4, y - 10, 20, 12}, color_mix(page->theme->gr_p, page->theme->panel, 0.82f),
                  0);
        draw_rect(page->list, (rect){x + 4, y - 11, 20, 3}, page->theme->gr_p, 0);
        return x - ENTRY_GAP;
    }
    if (key != CHART_POINT) {
        draw_path_move(page->list, x, y - 4.5f);
        draw_path_line(page->list, x + 26, y - 4.5f);
        chart_stroke(page, key);
    }
    chart_marker(page, (point){x + (key == CHART_POINT ? 5 : 13), y - 4.5f}, key);
    return x - ENTRY_GAP;
}

void chart_number(const struct chain_page *page, float x, float y, struct source source, color ink) {
    struct text_style style = {FONT_SANS_SEMIBOLD, 13, ink, ALIGN_CENTER};
    char text[32];
    int digits = log_axis_digits(source.value);
    format_value(text, sizeof text, source.value, digits, false);
    float width = text_width(page->list, text, style);
    x = fmaxf(page->x0 + 4 + width / 2, fminf(x, page->r.x + page->r.w - 6 - width / 2));
    draw_rect(page->list, (rect){x - width / 2 - 4, y - 13, width + 8, 18}, page->theme->stage, 4);
    chain_value(page, x, y, source, digits, style);
}
