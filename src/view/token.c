#include "token.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void return_arrow(struct draw_list *list, float x, float y, float size, color ink, float width) {
    draw_path_move(list, x + size * 0.42f, y - size * 0.34f);
    draw_path_line(list, x + size * 0.42f, y - size * 0.04f);
    draw_path_line(list, x - size * 0.38f, y - size * 0.04f);
    draw_path_stroke(list, ink, width, false, true);
    draw_path_move(list, x - size * 0.1f, y - size * 0.32f);
    draw_path_line(list, x - size * 0.38f, y - size * 0.04f);
    draw_path_line(list, x - size * 0.1f, y + size * 0.24f);
    draw_path_stroke(list, ink, width, false, true);
}

const char *token_visible(const char *symbol) {
    static const char *const marks[][2] = {{" ", "␣"}, {"\n", "¶"}, {"\t", "→"}, {"<UNK>", "\uFFFD"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strcmp(symbol, marks[i][0]) == 0) return marks[i][1];
    return symbol;
}

static bool is_end(const char *symbol) {
    return strcmp(symbol, "<EOS>") == 0;
}

void token_draw(struct draw_list *list, float x, float baseline, const char *symbol, float size, enum font font,
                color ink) {
    if (is_end(symbol)) {
        return_arrow(list, x, baseline - size * 0.32f, size * 0.95f, ink, size > 18 ? 2.2f : 1.5f);
        return;
    }
    symbol = token_visible(symbol);
    struct text_style style = {font, size, ink, ALIGN_CENTER};
    float width = text_width(list, symbol, style);
    if (width > size * 1.5f) style.size = size * fmaxf(0.4f, size * 1.5f / width);
    draw_text(list, x, baseline, symbol, style);
}

void token_draw_fit(struct draw_list *list, float x, float baseline, float width, const char *symbol, float size,
                    enum font font, color ink) {
    struct text_style style = {font, size, ink, ALIGN_CENTER};
    float needed = is_end(symbol) ? 0 : text_width(list, token_visible(symbol), style);
    if (needed <= width) {
        if (is_end(symbol))
            token_draw(list, x, baseline, symbol, size, font, ink);
        else
            draw_text(list, x, baseline, token_visible(symbol), style);
        return;
    }
    style.size = fmaxf(fminf(size, 11), size * width / needed);
    if (text_width(list, token_visible(symbol), style) <= width)
        draw_text(list, x, baseline, token_visible(symbol), style);
    else {
        style.align = ALIGN_LEFT;
        draw_text_fit(list, x - width / 2, baseline, width, token_visible(symbol), style);
    }
}

float token_width(struct draw_list *list, const char *symbol, float size, enum font font) {
    struct text_style style = {font, size, (color){0}, ALIGN_LEFT};
    return is_end(symbol) ? size : text_width(list, token_visible(symbol), style);
}

void token_words(char *out, size_t size, const char *symbol) {
    static const char *const words[][2] = {{" ", "a space"}, {"\n", "a line end"}, {"\t", "a tab"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(symbol, words[i][0]) == 0) {
            snprintf(out, size, "%s", words[i][1]);
            return;
        }
    snprintf(out, size, symbol[0] == '<' && symbol[1] ? "%s" : "“%s”", symbol);
}
