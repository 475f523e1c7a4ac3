// The probability of a sentence: two sentences, each as the product of its factors P(y<t> | y<1> .. y<t-1>), token
// under token, and which of them is likelier. The core has measured them; nothing is computed here.

#include "mathbox.h"
#include "token.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MARGIN = 24,
    LETTER = 40,
    TOKEN = 20,
    BAR = 44,
    VALUE = 16,
    BLOCK_GAP = 18,
    DECADES = 4,
    COUNT = SPOKEN_SENTENCES
};
static const char *const letters[COUNT] = {"A", "B"};

struct sentence_memory {
    char text[COUNT][SPOKEN_TEXT], seen[COUNT][SPOKEN_TEXT]; // typed, and what was measured when it was last copied
    int selected; // 1 + the token that is looked at; 0 = the first that differs
};

struct page {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct spoken *spoken;
    struct sentence_memory *memory;
    int longest; // tokens of the longer sentence
    int columns; // in one block
    float pitch;
    int selected; // -1: nothing
};

static struct text_style style_of(enum font font, float size, color ink, enum align align) {
    return (struct text_style){font, size, ink, align};
}

static const struct likelihood *likelihood_of(const struct page *page, int which) {
    return &page->spoken->sentences[which].likelihood;
}

static const char *token_of(const struct page *page, int which, int t) {
    return page->spoken->symbols[likelihood_of(page, which)->symbols[t]];
}

static bool has(const struct page *page, int which, int t) {
    return t >= 0 && t < likelihood_of(page, which)->count;
}

static bool differs(const struct page *page, int t) {
    return !has(page, 0, t) || !has(page, 1, t) ||
           likelihood_of(page, 0)->symbols[t] != likelihood_of(page, 1)->symbols[t];
}

static const char *const names[COUNT][7] = {
    {"sentence/a/p", "sentence/a/ln_p", "sentence/a/log_probability", "sentence/a/probability", "sentence/a/perplexity",
     "sentence/a/nats", "sentence/a/bits"},
    {"sentence/b/p", "sentence/b/ln_p", "sentence/b/log_probability", "sentence/b/probability", "sentence/b/perplexity",
     "sentence/b/nats", "sentence/b/bits"}};
enum { NAME_P, NAME_LN_P, NAME_LOG, NAME_PROBABILITY, NAME_PERPLEXITY, NAME_NATS, NAME_BITS };

// Decimals of a probability: as many as show two of its digits, at last a power of ten.
static int digits_of(double p) {
    return p >= 0.0995 ? 2 : p >= 0.00995 ? 3 : p >= 0.000995 ? 4 : -1;
}

// --- the two fields ---

static void take_texts(struct page *page) {
    for (int k = 0; k < COUNT; k++) {
        const char *text = page->spoken->sentences[k].text;
        if (!strcmp(page->memory->seen[k], text)) continue;
        snprintf(page->memory->seen[k], SPOKEN_TEXT, "%s", text);
        snprintf(page->memory->text[k], SPOKEN_TEXT, "%s", text);
        page->memory->selected = 0;
    }
}

static void field(struct page *page, rect r, int which) {
    const struct spoken_sentence *sentence = &page->spoken->sentences[which];
    draw_text(page->list, r.x, r.y + 21, letters[which],
              style_of(FONT_SANS_SEMIBOLD, 16, page->theme->ink1, ALIGN_LEFT));
    ui_push_id_int(page->ui, which);
    rect box = {r.x + LETTER - 12, r.y, fminf(520, r.w - LETTER + 12), 32};
    if (ui_text_field(page->ui, box, "sentence", page->memory->text[which], SPOKEN_TEXT,
                      "type a sentence and press Enter")) {
        struct ask *ask = &page->scene->state->ask;
        *ask = (struct ask){.kind = ASK_SENTENCE, .index = which};
        snprintf(ask->text, sizeof ask->text, "%s", page->memory->text[which]);
    }
    ui_pop_id(page->ui);
    bool problem = *sentence->problem;
    const char *said = problem ? sentence->problem : sentence->remark;
    float x = box.x + box.w + 12, room = r.x + r.w - x;
    if (!*said) return;
    color ink = problem ? page->theme->err : page->theme->warn;
    if (room < 200) { // below the field
        x = box.x;
        room = r.w - LETTER;
        r.y += 30;
    }
    icon_draw(page->list, ICON_WARN, x, r.y + 7, 18, ink, 1.6f);
    draw_text_fit(page->list, x + 24, r.y + 21, room - 24, said, style_of(FONT_SANS_MEDIUM, 13, ink, ALIGN_LEFT));
}

static bool any_said(const struct page *page) {
    for (int k = 0; k < COUNT; k++)
        if (*page->spoken->sentences[k].problem || *page->spoken->sentences[k].remark) return true;
    return false;
}

// --- the factors ---

enum { SENTENCE_ROW = TOKEN + BAR + VALUE + 12 };

static float block_height(void) {
    return COUNT * SENTENCE_ROW + BLOCK_GAP;
}

// On a log scale, hanging from 1: what is unlikely is long.
static void bar(const struct page *page, rect r, double ln_p, bool selected) {
    float part = (float)(-ln_p / (DECADES * log(10)));
    float length = fminf(1, fmaxf(0, part)) * r.h;
    rect filled = {r.x, r.y, r.w, fmaxf(1, length)};
    draw_rect_exact(page->list, filled, page->theme->loss, 1.5f);
    if (part > 1) // longer than the scale
        draw_rect_exact(page->list, (rect){r.x - 1, r.y + r.h - 8, r.w + 2, 2}, page->theme->stage, 0);
    if (selected)
        draw_box(page->list, (rect){r.x - 2, r.y - 2, r.w + 4, fmaxf(1, length) + 4}, page->theme->ink1, 3, 1.5f);
}

static void factor(const struct page *page, float x, float y, int which, int t) {
    const struct likelihood *likelihood = likelihood_of(page, which);
    bool selected = t == page->selected;
    token_draw_fit(page->list, x, y + 14, page->pitch - 6, token_of(page, which, t), 16,
                   selected ? FONT_MONO_SEMIBOLD : FONT_MONO, page->theme->ink1);
    bar(page, (rect){x - 7, y + TOKEN, 14, BAR}, likelihood->ln_p[t], selected);
    double p = likelihood->p[t];
    draw_value(page->list, x, y + TOKEN + BAR + 15, (struct source){names[which][NAME_P], t, -1, p}, digits_of(p),
               false, style_of(selected ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12, page->theme->ink2, ALIGN_CENTER));
}

static void scale(const struct page *page, float x, float y) {
    static const char *const marks[DECADES + 1] = {"1", "0.1", "0.01", "10⁻³", "10⁻⁴"};
    for (int k = 0; k <= DECADES; k += 2)
        draw_text(page->list, x, y + 4 + (float)BAR * (float)k / DECADES, marks[k],
                  style_of(FONT_SANS_MEDIUM, 12, page->theme->ink3, ALIGN_RIGHT));
}

static float column_x(const struct page *page, rect r, int column) {
    return r.x + LETTER + ((float)column + 0.5f) * page->pitch;
}

static void block(const struct page *page, rect r, int first) {
    int count = page->longest - first < page->columns ? page->longest - first : page->columns;
    for (int c = 0; c < count; c++) {
        int t = first + c;
        rect column = {column_x(page, r, c) - page->pitch / 2, r.y - 4, page->pitch, COUNT * SENTENCE_ROW};
        if (t == page->selected)
            draw_rect(page->list, column, page->theme->hi_soft, 6);
        else if (differs(page, t) && likelihood_of(page, 0)->count > 0 && likelihood_of(page, 1)->count > 0)
            draw_rect(page->list, column, page->theme->sunk, 6);
    }
    for (int k = 0; k < COUNT; k++) {
        float y = r.y + (float)(k * SENTENCE_ROW);
        if (!has(page, k, first)) continue;
        draw_text(page->list, r.x, y + 14, letters[k], style_of(FONT_SANS_SEMIBOLD, 14, page->theme->ink1, ALIGN_LEFT));
        scale(page, r.x + LETTER - 6, y + TOKEN);
        int last = likelihood_of(page, k)->count - first < count ? likelihood_of(page, k)->count - first : count;
        for (int d = 0; d <= DECADES; d += 2)
            draw_hline(page->list, r.x + LETTER, column_x(page, r, last - 1) + page->pitch / 2,
                       y + TOKEN + (float)BAR * (float)d / DECADES, page->theme->line);
        for (int c = 0; c < last; c++)
            factor(page, column_x(page, r, c), y, k, first + c);
    }
}

// A click chooses a token; Left and Right do with the keyboard.
static void choose(struct page *page, rect r, float offset) {
    ui_id id = ui_make_id(page->ui, "tokens");
    struct ui_result result = ui_control(page->ui, id, r, true);
    int to = -1;
    if (result.hovered) page->ui->cursor = CURSOR_HAND;
    if (result.clicked && !result.keyed) {
        float x = page->ui->pointer.x - r.x - MARGIN - LETTER, y = page->ui->pointer.y - r.y + offset;
        int column = (int)floorf(x / page->pitch);
        if (column >= 0 && column < page->columns) to = (int)(y / block_height()) * page->columns + column;
    }
    if (result.focused && ui_take_key(page->ui, KEY_RIGHT, 0)) to = page->selected + 1;
    if (result.focused && ui_take_key(page->ui, KEY_LEFT, 0)) to = page->selected - 1;
    if (to >= 0 && to < page->longest) {
        page->memory->selected = to + 1;
        page->ui->animating = true;
    }
    ui_focus_ring(page->ui, id, r, 6);
}

static void lay_out(struct page *page, float width) {
    float widest = 44;
    for (int k = 0; k < COUNT; k++) {
        const struct likelihood *likelihood = likelihood_of(page, k);
        if (likelihood->count > page->longest) page->longest = likelihood->count;
        for (int t = 0; t < likelihood->count; t++)
            widest = fmaxf(widest, token_width(page->list, token_of(page, k, t), 16, FONT_MONO) + 14);
    }
    page->pitch = fminf(widest, 110);
    page->columns = (int)((width - 2 * MARGIN - LETTER) / page->pitch);
    if (page->columns < 1) page->columns = 1;
    page->selected = page->memory->selected - 1;
    for (int t = 0; page->selected < 0 && t < page->longest; t++)
        if (differs(page, t)) page->selected = t;
    if (page->selected >= page->longest) page->selected = page->longest - 1;
    if (page->selected < 0 && page->longest > 0) page->selected = 0;
}

static void factors(struct page *page, rect r) {
    int blocks = (page->longest + page->columns - 1) / page->columns;
    float content = block_height() * (float)blocks;
    float offset = ui_scroll_begin(page->ui, r, "factors", content);
    choose(page, (rect){r.x, r.y - offset, r.w, fmaxf(content, 1)}, 0);
    for (int b = 0; b < blocks; b++) {
        rect at = {r.x + MARGIN, r.y + 6 - offset + (float)b * block_height(), r.w - 2 * MARGIN, block_height()};
        if (at.y + at.h > r.y && at.y < r.y + r.h) block(page, at, b * page->columns);
    }
    ui_scroll_end(page->ui);
}

// --- the whole sentences ---

static const struct {
    const char *title, *formula;
    int name, width;
} measures[] = {{"Probability", "P=\\prod~p", NAME_PROBABILITY, 124},
                {"Logarithm", "\\ln~P=\\sum~\\ln~p", NAME_LOG, 112},
                {"Nats a token", "-\\ln~P/T", NAME_NATS, 104},
                {"Bits a token", "-\\log_{2}P/T", NAME_BITS, 104},
                {"Perplexity", "e^{-\\ln~P/T}", NAME_PERPLEXITY, 104}};
enum { MEASURES = sizeof measures / sizeof *measures, TABLE_HEAD = 44, TABLE_ROW = 30 };

static double measure_of(const struct likelihood *l, int name) {
    switch (name) {
    case NAME_PROBABILITY:
        return l->probability;
    case NAME_LOG:
        return l->log_probability;
    case NAME_NATS:
        return l->nats;
    case NAME_BITS:
        return l->bits;
    default:
        return l->perplexity;
    }
}

static bool likelier(const struct page *page, int which) {
    const struct likelihood *one = likelihood_of(page, which), *other = likelihood_of(page, !which);
    return one->count > 0 && other->count > 0 && one->log_probability > other->log_probability;
}

static void measure_row(const struct page *page, rect r, int which) {
    const struct likelihood *l = likelihood_of(page, which);
    bool first = likelier(page, which);
    if (first) draw_rect(page->list, (rect){r.x - 8, r.y, r.w + 16, r.h}, page->theme->hi_soft, 6);
    draw_text(page->list, r.x, r.y + 20, letters[which],
              style_of(FONT_SANS_SEMIBOLD, 15, page->theme->ink1, ALIGN_LEFT));
    float x = r.x + LETTER;
    char tokens[32];
    snprintf(tokens, sizeof tokens, "%d", l->count);
    struct text_style style = style_of(FONT_SANS_SEMIBOLD, 15, page->theme->ink1, ALIGN_LEFT);
    if (l->count == 0) {
        draw_text(page->list, x, r.y + 20, "none", style_of(FONT_SANS, 15, page->theme->ink3, ALIGN_LEFT));
        return;
    }
    draw_text(page->list, x, r.y + 20, tokens, style);
    x += 72;
    for (int k = 0; k < MEASURES; k++) {
        double value = measure_of(l, measures[k].name);
        int digits = measures[k].name == NAME_PROBABILITY ? value >= 0.001 ? 4 : -3 : value >= 1e6 ? -3 : 3;
        if (measures[k].name == NAME_PROBABILITY && value == 0) // below what a double holds: its logarithm says it
            draw_text(page->list, x, r.y + 20, "under 10⁻³²³", style);
        else
            draw_value(page->list, x, r.y + 20, (struct source){names[which][measures[k].name], 0, -1, value}, digits,
                       false, style);
        x += (float)measures[k].width;
    }
    if (first && x + 56 <= r.x + r.w)
        draw_text(page->list, r.x + r.w, r.y + 20, "likelier",
                  style_of(FONT_SANS_MEDIUM, 13, page->theme->ink1, ALIGN_RIGHT));
}

static void measure_table(const struct page *page, rect r) {
    float x = r.x + LETTER;
    draw_hline(page->list, r.x, r.x + r.w, r.y, page->theme->line);
    struct text_style head = style_of(FONT_SANS_MEDIUM, 13, page->theme->ink3, ALIGN_LEFT);
    draw_text(page->list, x, r.y + 20, "Tokens", head);
    math_draw(page->list, page->theme, x, r.y + 37, "T", 15, page->theme->ink3, ALIGN_LEFT);
    x += 72;
    for (int k = 0; k < MEASURES; k++) {
        draw_text(page->list, x, r.y + 20, measures[k].title, head);
        math_draw(page->list, page->theme, x, r.y + 37, measures[k].formula, 15, page->theme->ink3, ALIGN_LEFT);
        x += (float)measures[k].width;
    }
    for (int k = 0; k < COUNT; k++)
        measure_row(page, (rect){r.x, r.y + TABLE_HEAD + (float)(k * TABLE_ROW), r.w, TABLE_ROW}, k);
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
static void say_factor(const struct page *page, struct says *says, int which, int t) {
    bool words = !strcmp(page->spoken->unit, "word");
    int first = t > GIVEN ? t - GIVEN : 0;
    add(says, letters[which]);
    add(says, ": $P($`");
    add_token(says, token_of(page, which, t));
    add(says, t > 0 ? "`$|$`" : "`");
    if (first > 0) add(says, words ? "… " : "…");
    for (int k = first; k < t; k++) {
        if (k > first && words) add(says, " ");
        add_token(says, token_of(page, which, k));
    }
    add(says, t > 0 ? "`$)=$ " : "$)=$ ");
    double p = likelihood_of(page, which)->p[t];
    add_number(says, (struct source){names[which][NAME_P], t, -1, p}, digits_of(p));
}

static void say_which(const struct page *page, struct says *says) {
    const struct likelihood *a = likelihood_of(page, 0), *b = likelihood_of(page, 1);
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

static void words(const struct page *page, rect r) {
    struct says says = {.text = ""};
    say_which(page, &says);
    if (page->selected >= 0) {
        char at[48];
        snprintf(at, sizeof at, "At %d: ", page->selected + 1);
        add(&says, at);
        for (int k = 0; k < COUNT; k++) {
            if (!has(page, k, page->selected)) continue;
            if (k == 1 && has(page, 0, page->selected)) add(&says, ", ");
            say_factor(page, &says, k, page->selected);
        }
        add(&says, ".");
    }
    float size = page->ui->list->bounds.h < 800 ? 15 : 17;
    struct rich_style style = {
        .size = size, .line_height = size + 8, .ink = page->theme->ink2, .bold = page->theme->ink1};
    draw_rect(page->list, (rect){r.x + MARGIN, r.y, 4, r.h - 12}, page->theme->hi, 2);
    rich_text_values(page->list, page->theme, r.x + 44, r.y + size * 1.1f, r.w - 90, says.text, style, says.values,
                     says.digits, says.count, true);
}

// --- the view ---

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    struct page page = {.ui = ui,
                        .list = ui->list,
                        .theme = ui->theme,
                        .scene = scene,
                        .spoken = scene->spoken,
                        .memory = scene->memory};
    draw_rect(ui->list, r, ui->theme->stage, 0);
    rect top = rect_cut_top(&r, 48);
    float left = view_title(ui, top, scene, "Probability of a sentence");
    if (!page.spoken) return;
    const char *chain = "P=\\prod_{t}P(y^{<t>}|~y^{<1>},\\ldots,y^{<t-1>})";
    if (scene->state->notation != NOTATION_COURSE) chain = "P=\\prod_{t}P(y_t|~y_1,\\ldots,y_{t-1})";
    if (left + math_measure(ui->list, chain, 18).width + 40 < r.x + r.w)
        math_draw(ui->list, ui->theme, r.x + r.w - MARGIN, top.y + 30, chain, 18, ui->theme->ink2, ALIGN_RIGHT);
    ui_push_id(ui, "sentences");
    take_texts(&page);
    bool below = any_said(&page) && fminf(520, r.w - 2 * MARGIN - LETTER) + 200 > r.w - 2 * MARGIN - LETTER;
    for (int k = 0; k < COUNT; k++) {
        rect row = rect_cut_top(&r, below ? 62 : 40);
        field(&page, (rect){row.x + MARGIN, row.y, row.w - 2 * MARGIN, row.h}, k);
    }
    lay_out(&page, r.w);
    rect said = rect_cut_bottom(&r, ui->list->bounds.h < 800 ? 62 : 74);
    rect table = rect_cut_bottom(&r, TABLE_HEAD + COUNT * TABLE_ROW + 14);
    rect_cut_top(&r, 6);
    factors(&page, r);
    measure_table(&page, (rect){table.x + MARGIN, table.y, table.w - 2 * MARGIN, table.h});
    words(&page, said);
    ui_pop_id(ui);
}

static const char *misfit(const struct scene *scene) {
    return scene->spoken && *scene->spoken->no_sentence ? scene->spoken->no_sentence : NULL;
}

const struct view view_of_sentence = {
    .name = "sentence",
    .title = "Probability of a sentence",
    .about = "two sentences, factor by factor, and which is likelier",
    .key = 'q',
    .speaks = VIEW_SENTENCES,
    .memory = sizeof(struct sentence_memory),
    .misfit = misfit,
    .draw = draw,
};
