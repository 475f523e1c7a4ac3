// The two sentences as a whole: their probabilities in a table, which is likelier in words, and at the right the sum of
// logarithms token by token.

#include "mathbox.h"
#include "sentence_parts.h"
#include "token.h"
#include "inspector_parts.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

// --- the whole sentences ---

static const struct {
    const char *title, *formula;
    enum sentence_number number;
    size_t offset; // in struct likelihood
    int width;
} measures[] = {{"Probability", "P=\\prod~p", SENTENCE_PROBABILITY, offsetof(struct likelihood, probability), 124},
                {"Logarithm", "\\ln~P=\\sum~\\ln~p", SENTENCE_LN, offsetof(struct likelihood, log_probability), 112},
                {"Nats a token", "-\\ln~P/T", SENTENCE_NATS, offsetof(struct likelihood, nats), 104},
                {"Bits a token", "-\\log_{2}P/T", SENTENCE_BITS, offsetof(struct likelihood, bits), 104},
                {"Perplexity", "e^{-\\ln~P/T}", SENTENCE_PERPLEXITY, offsetof(struct likelihood, perplexity), 104}};
enum { MEASURES = sizeof measures / sizeof *measures, TABLE_HEAD = 44, TABLE_ROW = 30, TOKENS_WIDTH = 72 };

static double measure_of(const struct likelihood *likelihood, int measure) {
    return *(const double *)((const char *)likelihood + measures[measure].offset);
}

// The columns share what is left of the row.
static float column_scale(float row) {
    float needed = 0, room = row - SENTENCE_LETTER - TOKENS_WIDTH - 64;
    for (int k = 0; k < MEASURES; k++)
        needed += (float)measures[k].width;
    return fminf(1.5f, fmaxf(1, room / needed));
}

static bool likelier(const struct sheet *sheet, int which) {
    const struct likelihood *one = sheet_likelihood(sheet, which), *other = sheet_likelihood(sheet, !which);
    return one->count > 0 && other->count > 0 && one->log_probability > other->log_probability;
}

static void measure_row(const struct sheet *sheet, rect r, int which) {
    const struct likelihood *l = sheet_likelihood(sheet, which);
    bool first = likelier(sheet, which);
    if (first) draw_rect(sheet->list, (rect){r.x - 8, r.y, r.w + 16, r.h}, sheet->theme->hi_soft, 6);
    draw_text(sheet->list, r.x, r.y + 20, sentence_letters[which],
              sheet_text(FONT_SANS_SEMIBOLD, 15, sheet->theme->ink1, ALIGN_LEFT));
    float x = r.x + SENTENCE_LETTER;
    char tokens[32];
    snprintf(tokens, sizeof tokens, "%d", l->count);
    struct text_style style = sheet_text(FONT_SANS_SEMIBOLD, 15, sheet->theme->ink1, ALIGN_LEFT);
    if (l->count == 0) {
        draw_text(sheet->list, x, r.y + 20, "none", sheet_text(FONT_SANS, 15, sheet->theme->ink3, ALIGN_LEFT));
        return;
    }
    draw_text(sheet->list, x, r.y + 20, tokens, style);
    x += TOKENS_WIDTH;
    for (int k = 0; k < MEASURES; k++) {
        double value = measure_of(l, k);
        int digits = measures[k].number == SENTENCE_PROBABILITY ? value >= 0.001 ? 4 : -3 : value >= 1e6 ? -3 : 3;
        if (measures[k].number == SENTENCE_PROBABILITY &&
            value == 0) // below what a double holds: its logarithm says it
            draw_text(sheet->list, x, r.y + 20, "under 10⁻³²³", style);
        else
            draw_value(sheet->list, x, r.y + 20, sheet_source(which, measures[k].number, 0, value), digits, false,
                       style);
        x += (float)measures[k].width * column_scale(r.w);
    }
    if (first && x + 56 <= r.x + r.w)
        draw_text(sheet->list, r.x + r.w, r.y + 20, "likelier",
                  sheet_text(FONT_SANS_MEDIUM, 13, sheet->theme->ink1, ALIGN_RIGHT));
}

void sentence_table(const struct sheet *sheet, rect r) {
    float x = r.x + SENTENCE_LETTER;
    draw_hline(sheet->list, r.x, r.x + r.w, r.y, sheet->theme->line);
    struct text_style head = sheet_text(FONT_SANS_MEDIUM, 13, sheet->theme->ink3, ALIGN_LEFT);
    draw_text(sheet->list, x, r.y + 20, "Tokens", head);
    math_draw(sheet->list, sheet->theme, x, r.y + 37, "T", 15, sheet->theme->ink3, ALIGN_LEFT);
    x += TOKENS_WIDTH;
    for (int k = 0; k < MEASURES; k++) {
        draw_text(sheet->list, x, r.y + 20, measures[k].title, head);
        math_draw(sheet->list, sheet->theme, x, r.y + 37, measures[k].formula, 15, sheet->theme->ink3, ALIGN_LEFT);
        x += (float)measures[k].width * column_scale(r.w);
    }
    for (int k = 0; k < SENTENCES; k++)
        measure_row(sheet, (rect){r.x, r.y + TABLE_HEAD + (float)(k * TABLE_ROW), r.w, TABLE_ROW}, k);
}

// --- in words ---

struct says {
    char text[900];
    struct source values[4];
    int digits[4], count;
};

static void add(struct says *says, const char *text) {
    size_t used = strlen(says->text);
    snprintf(says->text + used, sizeof says->text - used, "%s", text);
}

static void add_number(struct says *says, struct source source, int digits) {
    char mark[8];
    snprintf(mark, sizeof mark, "\x01%d\x02", says->count);
    add(says, mark);
    says->values[says->count] = source;
    says->digits[says->count++] = digits;
}

// A token as code of rich text.
static void add_token(struct says *says, const char *symbol) {
    add(says, strchr(symbol, '`') ? "´" : token_visible(symbol));
}

enum { GIVEN = 8 }; // tokens of what a factor is given that are told

// "P(pear | the apple and) = 0.012"
static void say_factor(const struct sheet *sheet, struct says *says, int which, int t) {
    bool words = !strcmp(sheet->spoken->unit, "word");
    int first = t > GIVEN ? t - GIVEN : 0;
    add(says, "$P($`");
    add_token(says, sheet_token(sheet, which, t));
    add(says, t > 0 ? "`$~|~$`" : "`");
    if (first > 0) add(says, words ? "… " : "…");
    for (int k = first; k < t; k++) {
        if (k > first && words) add(says, " ");
        add_token(says, sheet_token(sheet, which, k));
    }
    add(says, t > 0 ? "`$)=$" : "$)=$");
    double p = sheet_likelihood(sheet, which)->p[t];
    add_number(says, sheet_source(which, SENTENCE_P, t, p), sheet_digits(p));
    add(says, which == 0 ? " in A" : " in B");
}

static void say_which(const struct sheet *sheet, struct says *says) {
    const struct likelihood *a = sheet_likelihood(sheet, 0), *b = sheet_likelihood(sheet, 1);
    if (a->count == 0 || b->count == 0) return;
    double difference = a->log_probability - b->log_probability;
    if (difference == 0) {
        add(says, "**Both are equally likely.** ");
        return;
    }
    double factor = exp(fabs(difference));
    add(says,
        difference > 0 ? "**A is likelier than B,** by a factor of " : "**B is likelier than A,** by a factor of ");
    add_number(says, (struct source){"sum/sentence_ratio", -1, -1, factor}, factor < 100 ? 2 : factor < 1e4 ? 0 : -3);
    add(says, ". ");
}

void sentence_words(const struct sheet *sheet, rect r) {
    struct says says = {.text = ""};
    say_which(sheet, &says);
    if (sheet->selected >= 0) {
        char at[48];
        snprintf(at, sizeof at, "Token %d: ", sheet->selected + 1);
        add(&says, at);
        for (int k = 0; k < SENTENCES; k++) {
            if (!sheet_has(sheet, k, sheet->selected)) continue;
            if (k == 1 && sheet_has(sheet, 0, sheet->selected)) add(&says, ", ");
            say_factor(sheet, &says, k, sheet->selected);
        }
        add(&says, ".");
    }
    float size = sheet->ui->list->bounds.h < 800 ? 15 : 17;
    struct rich_style style = {
        .size = size, .line_height = size + 8, .ink = sheet->theme->ink2, .bold = sheet->theme->ink1};
    draw_rect(sheet->list, (rect){r.x + SENTENCE_MARGIN, r.y, 4, r.h - 12}, sheet->theme->hi, 2);
    rich_text_values(sheet->list, sheet->theme, r.x + 44, r.y + size * 1.1f, r.w - 90, says.text, style, says.values,
                     says.digits, says.count, true);
}

// --- at the right: the sum of logarithms ---

enum { LEDGER_ROW = 23 };

struct ledger_rows {
    struct sheet sheet;
    rect r;
    int first, shown, digits;
};

static float ledger_right(const struct ledger_rows *rows, int which) {
    return rows->r.x + rows->r.w * (which == 0 ? 0.5f : 1) - (which == 0 ? 12 : 0);
}

static void ledger_value(const struct ledger_rows *rows, int which, float y, struct source source, bool bold) {
    draw_value(rows->sheet.list, ledger_right(rows, which), y, source, rows->digits, false,
               sheet_text(bold ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 14, rows->sheet.theme->ink1, ALIGN_RIGHT));
}

static void ledger_row(const struct ledger_rows *rows, int t, float y) {
    const struct sheet *sheet = &rows->sheet;
    if (t == sheet->selected)
        draw_rect(sheet->list, (rect){rows->r.x - 8, y - 16, rows->r.w + 16, LEDGER_ROW}, sheet->theme->hi_soft, 4);
    for (int k = 0; k < SENTENCES; k++) {
        if (!sheet_has(sheet, k, t)) continue;
        float width = rows->r.w / 2 - 88, left = ledger_right(rows, k) - rows->r.w / 2 + 12;
        token_draw_fit(sheet->list, left + width / 2, y, width, sheet_token(sheet, k, t), 14, FONT_MONO,
                       sheet->theme->ink1);
        ledger_value(rows, k, y, sheet_source(k, SENTENCE_LN_P, t, sheet_likelihood(sheet, k)->ln_p[t]), false);
    }
}

// Tokens that find no room, as one sum.
static void ledger_rest(const struct ledger_rows *rows, int first, int end, const char *word, float y) {
    const struct sheet *sheet = &rows->sheet;
    char text[48];
    snprintf(text, sizeof text, "%d %s", end - first, word);
    for (int k = 0; k < SENTENCES; k++) {
        double sum = 0;
        for (int t = first; t < end && sheet_has(sheet, k, t); t++)
            sum += sheet_likelihood(sheet, k)->ln_p[t];
        if (!sheet_has(sheet, k, first)) continue;
        draw_text(sheet->list, ledger_right(rows, k) - rows->r.w / 2 + 12, y, text,
                  sheet_text(FONT_SANS_MEDIUM, 13, sheet->theme->ink3, ALIGN_LEFT));
        ledger_value(rows, k, y, (struct source){"sum/sentence_ln_p", first, k, sum}, false);
    }
}

static float ledger(struct ledger_rows *rows, float y) {
    const struct sheet *sheet = &rows->sheet;
    int n = sheet->longest, end = rows->first + rows->shown;
    for (int k = 0; k < SENTENCES; k++) {
        const struct likelihood *l = sheet_likelihood(sheet, k);
        int digits = l->count > 0 ? sum_digits(l->ln_p, l->count, l->log_probability, 2) : 2;
        if (digits > rows->digits) rows->digits = digits;
        math_draw(sheet->list, sheet->theme, ledger_right(rows, k), y, k == 0 ? "\\ln~p~(A)" : "\\ln~p~(B)", 15,
                  sheet->theme->ink3, ALIGN_RIGHT);
    }
    if (rows->first > 0) ledger_rest(rows, 0, rows->first, "before", y += LEDGER_ROW);
    for (int t = rows->first; t < end; t++)
        ledger_row(rows, t, y += LEDGER_ROW);
    if (end < n) ledger_rest(rows, end, n, "after", y += LEDGER_ROW);
    y += LEDGER_ROW + 6;
    draw_hline(sheet->list, rows->r.x, rows->r.x + rows->r.w, y - 19, sheet->theme->line);
    for (int k = 0; k < SENTENCES; k++) {
        double sum = sheet_likelihood(sheet, k)->log_probability;
        if (sheet_likelihood(sheet, k)->count == 0) continue;
        math_draw(sheet->list, sheet->theme, ledger_right(rows, k) - rows->r.w / 2 + 12, y, "\\ln~P", 16,
                  sheet->theme->ink1, ALIGN_LEFT);
        ledger_value(rows, k, y, sheet_source(k, SENTENCE_LN, 0, sum), true);
    }
    return y;
}

void sentence_side(struct ui *ui, rect r, const struct scene *scene) {
    static const char *const remarks =
        "A product of many small numbers is too small to be read. The logarithms of its factors are added instead; "
        "$-\\ln~p$ is the loss of that timestep.\n\n"
        "**Perplexity** says the same as a number of choices: with 5, the network is as undecided at every token as "
        "between 5 symbols that are equally likely.";
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x, r.y, r.y + r.h, ui->theme->line);
    if (!scene->spoken || r.w < 120) return;
    struct ledger_rows rows = {.sheet = sheet_open(ui, scene), .r = {r.x + 20, r.y, r.w - 40, r.h}, .digits = 2};
    struct rich_style style = {.size = 14, .line_height = 21, .ink = ui->theme->ink2, .bold = ui->theme->ink1};
    float below = rich_text(ui->list, ui->theme, 0, 0, rows.r.w, remarks, style, false) + 24;
    int n = rows.sheet.longest, fits = (int)((r.h - 60 - below - 40) / LEDGER_ROW);
    rows.shown = n <= fits ? n : fits > 3 ? fits - 2 : 1;
    rows.first = n <= fits ? 0 : rows.sheet.selected - rows.shown / 2;
    if (rows.first > n - rows.shown) rows.first = n - rows.shown;
    if (rows.first < 0) rows.first = 0;
    draw_clip_push(ui->list, r);
    draw_text(ui->list, rows.r.x, r.y + 30, "Sum of logarithms",
              sheet_text(FONT_SANS_SEMIBOLD, 16, ui->theme->ink1, ALIGN_LEFT));
    float y = ledger(&rows, r.y + 58);
    rich_text(ui->list, ui->theme, rows.r.x, y + 40, rows.r.w, remarks, style, true);
    draw_clip_pop(ui->list);
}
