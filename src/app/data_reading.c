// How the file is read: reader, encoding, separator and header, behind one chip.
#include "data_page.h"
#include "reader.h"

#include <stdio.h>
#include <string.h>

static const char *const separators[] = {"", "\t", ",", ";", "|", " ", "_"};
static const char *const separator_words[] = {"Auto", "Tab", ",", ";", "|", "Space", "_"};
enum { SEPARATORS = sizeof separators / sizeof *separators };

static void label(struct ui *ui, rect *r, const char *text) {
    rect row = rect_cut_top(r, 26);
    draw_text(ui->list, row.x, row.y + 17, text, data_text(ui, FONT_SANS_MEDIUM, 13, 3, ALIGN_LEFT));
}

// Those for folders, or those for files.
static int readers_for(bool folder, const struct reader **out) {
    int count = 0;
    for (int k = 0; readers[k]; k++)
        if (readers[k]->folder == folder) out[count++] = readers[k];
    return count;
}

struct reader_rows {
    const struct reader *items[32];
    int count;
};

static const char *reader_row(void *context, int row) {
    const struct reader_rows *rows = context;
    return row == 0 ? "Found out from the file" : rows->items[row - 1]->title;
}

// Columns go with how the file is cut.
static void forget_columns(struct data_choices *c) {
    c->columns[0] = 0;
}

static bool choose_reader(struct app *app, rect r, struct data_choices *c) {
    struct data_page *page = app->data_page;
    struct reader_rows rows = {0};
    bool folder = page->look && !strcmp(page->look->data->reader, "folder");
    rows.count = readers_for(folder, rows.items);
    int chosen = ui_list(&app->ui, r, "readers", rows.count + 1, reader_row, &rows, &page->reader_row);
    if (chosen < 0) return false;
    snprintf(c->reader, sizeof c->reader, "%s", chosen == 0 ? "" : rows.items[chosen - 1]->id);
    c->separator[0] = 0;
    c->header = 0;
    forget_columns(c);
    return true;
}

static bool choose_encoding(struct ui *ui, rect r, struct data_choices *c) {
    static const char *const names[] = {"Auto", "UTF-8", "16LE", "16BE", "1252", "Latin-1"}; // as enum text_encoding
    int now = (int)c->encoding, chosen = ui_segments(ui, r, "encoding", names, NULL, ENCODING_COUNT, now, false);
    c->encoding = (enum text_encoding)chosen;
    return chosen != now;
}

static bool choose_separator(struct ui *ui, rect r, struct data_choices *c) {
    int now = -1;
    for (int k = 0; k < SEPARATORS; k++)
        if (!strcmp(c->separator, separators[k])) now = k;
    int chosen = ui_segments(ui, r, "separator", separator_words, NULL, SEPARATORS, now, false);
    if (chosen == now) return false;
    snprintf(c->separator, sizeof c->separator, "%s", separators[chosen]);
    forget_columns(c);
    return true;
}

static bool choose_header(struct ui *ui, rect r, struct data_choices *c) {
    static const char *const names[] = {"Auto", "Names the columns", "Is data"};
    int now = c->header > 0   ? 1
              : c->header < 0 ? 2
                              : 0,
        chosen = ui_segments(ui, r, "header", names, NULL, 3, now, false);
    c->header = chosen == 2 ? -1 : chosen;
    if (chosen != now) forget_columns(c);
    return chosen != now;
}

static bool choose_shape(struct ui *ui, rect r, struct data_choices *c) {
    static const char *const names[] = {"Auto", "Line by line", "As one long text"}; // as enum text_shape
    int now = (int)c->shape, chosen = ui_segments(ui, r, "shape", names, NULL, 3, now, false);
    c->shape = (enum text_shape)chosen;
    return chosen != now;
}

// Of JSON lines: what is no JSON.
static void choose_broken(struct app *app, rect r) {
    static const char *const names[] = {"Stop at them", "Skip them"};
    int now = data_chosen_action(app, PROBLEM_BROKEN, 0) == ACTION_SKIP,
        chosen = ui_segments(&app->ui, r, "broken lines", names, NULL, 2, now, false);
    if (chosen != now) data_choose_action(app, PROBLEM_BROKEN, 0, chosen ? ACTION_SKIP : ACTION_STOP);
}

static void menu(struct app *app, rect anchor) {
    struct ui *ui = &app->ui;
    struct data_choices *c = &app->data_page->setup.reading;
    rect r = ui_popup_begin(ui, anchor, 400, 26 + 168 + 5 * (26 + 34) - 2);
    label(ui, &r, "Read as");
    bool changed = choose_reader(app, rect_cut_top(&r, 168), c);
    label(ui, &r, "Encoding");
    changed |= choose_encoding(ui, rect_cut_top(&r, 32), c);
    rect_cut_top(&r, 2);
    label(ui, &r, "Between columns");
    changed |= choose_separator(ui, rect_cut_top(&r, 32), c);
    rect_cut_top(&r, 2);
    label(ui, &r, "First row of a table");
    changed |= choose_header(ui, rect_cut_top(&r, 32), c);
    rect_cut_top(&r, 2);
    label(ui, &r, "A text is read");
    changed |= choose_shape(ui, rect_cut_top(&r, 32), c);
    rect_cut_top(&r, 2);
    label(ui, &r, "Broken lines of a file of JSON lines");
    choose_broken(app, rect_cut_top(&r, 32));
    if (changed) data_page_read(app);
    ui_popup_end(ui);
}

void data_reading_chip(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    const struct data_page *page = app->data_page;
    char label_text[64];
    const char *reader = page->look ? page->look->data->reader : page->setup.reading.reader;
    snprintf(label_text, sizeof label_text, *reader ? "read as %s" : "how it is read", reader);
    float w = ui_chip_width(ui, label_text, false);
    rect chip = {r.x + r.w - w, r.y, w, r.h};
    if (ui_chip_id(ui, chip, ICON_COUNT, label_text, "how the file is read")) menu(app, chip);
}
