// The Data page without data: nothing is open, the first reading goes on, or it failed.
#include "data_page.h"
#include "mathbox.h"
#include "file.h"
#include "task.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CARD_W = 560 };

static rect card_in_middle(struct ui *ui, rect r, float w, float h, bool dashed) {
    rect card = {roundf(r.x + (r.w - w) / 2), roundf(r.y + fmaxf(16, (r.h - h) * 0.42f)), w, h};
    draw_rect(ui->list, card, dashed ? ui->theme->stage : ui->theme->panel, 12);
    if (dashed)
        draw_box_dashed(ui->list, card, ui->theme->line2, 12, 2, 6, 5);
    else
        draw_box(ui->list, card, ui->theme->line, 12, 1);
    return card;
}

// ---- nothing is open ----

static int task_count(void) {
    int count = 0;
    while (tasks[count])
        count++;
    return count;
}

static const char *task_row(void *context, int row) {
    (void)context;
    return tasks[row]->title;
}

static void open_task(struct app *app, const struct task *task) {
    struct setup setup = setup_default();
    snprintf(setup.task, sizeof setup.task, "%s", task->id);
    recipe_of_task(&setup.recipe, task, true);
    data_page_of(app)->follows = false;
    data_page_open(app, &setup, false);
}

static void open_shipped(struct app *app) {
    struct setup setup = app->setup;
    setup.data[0] = setup.task[0] = setup.checkpoint[0] = 0;
    setup.reading = (struct data_choices){0};
    data_page_of(app)->follows = false;
    data_page_open(app, &setup, true);
}

// A file, a text; what is shipped, what the workbench has open.
static void open_rows(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    float half = (r.w - 8) / 2;
    rect row = rect_cut_top(&r, 36), right = {row.x + half + 8, row.y, half, 36};
    if (ui_button(ui, (rect){row.x, row.y, half, 36}, "Open a file (Ctrl+O)", true))
        app_toggle_opener(app, OPENER_FILES);
    if (ui_button(ui, right, "Paste a text (Ctrl+V)", false)) app_paste(app);
    row.y = right.y += 48;
    if (ui_button(ui, (rect){row.x, row.y, half, 36}, "Dinosaur names (built in)", false)) open_shipped(app);
    if (app->bench && ui_button(ui, right, "What the workbench has open", false)) {
        page->follows = page->seen = false; // as at the first time
        page->open = false;
    }
}

void data_draw_empty(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    float w = fminf(CARD_W, r.w - 48), h = fminf(r.h - 40, 560);
    rect card = card_in_middle(ui, r, w, h, true);
    float middle = card.x + w / 2;
    icon_draw(ui->list, ICON_DROP, middle - 16, card.y + 32, 32, ui->theme->ink1, 1.6f);
    draw_text(ui->list, middle, card.y + 96, "Drop a file here",
              data_text(ui, FONT_SANS_SEMIBOLD, 18, 1, ALIGN_CENTER));
    draw_text_fit(ui->list, card.x + 40, card.y + 120, w - 80,
                  "text, CSV, TSV, pairs, CoNLL, JSON lines, FASTA, .ts, .npy, a piano roll, a folder",
                  data_text(ui, FONT_SANS, 13, 3, ALIGN_LEFT));
    rect in = {card.x + 40, card.y + 142, w - 80, card.h - 142};
    open_rows(app, in);
    rect_cut_top(&in, 108);
    draw_text(ui->list, in.x, in.y + 12, "or a built-in task", data_text(ui, FONT_SANS_MEDIUM, 13, 3, ALIGN_LEFT));
    rect_cut_top(&in, 22);
    rect list = {in.x, in.y, in.w, fmaxf(96, in.h - 28)};
    int chosen = ui_list(ui, list, "tasks", task_count(), task_row, NULL, &app->data_page->task_row);
    if (chosen >= 0) open_task(app, tasks[chosen]);
}

// ---- reading ----

static const char *name_of(const struct app *app) {
    const struct setup *setup = &app->data_page->setup;
    return *setup->task ? setup->task : *setup->data ? file_name(setup->data) : "dinosaurs.txt";
}

void data_draw_loading(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    double fraction = 0;
    char text[ASSET_PATH + 32];
    data_page_busy(app, &fraction);
    rect card = card_in_middle(ui, r, fminf(CARD_W, r.w - 48), 190, false);
    snprintf(text, sizeof text, "Reading %s", name_of(app));
    draw_text_fit(ui->list, card.x + 32, card.y + 48, card.w - 64, text,
                  data_text(ui, FONT_SANS_SEMIBOLD, 18, 1, ALIGN_LEFT));
    ui_progress(ui, (rect){card.x + 32, card.y + 74, card.w - 64, 3}, fraction);
    snprintf(text, sizeof text, "%.0f%%", 100 * fmin(1, fmax(0, fraction)));
    draw_text(ui->list, card.x + 32, card.y + 102, text, data_text(ui, FONT_SANS_MEDIUM, 14, 3, ALIGN_LEFT));
    if (ui_button(ui, (rect){card.x + card.w - 32 - 120, card.y + 126, 120, 36}, "Cancel (Esc)", false))
        data_page_cancel(app);
}

// ---- it failed ----

static const char *advice(const struct err *err) {
    switch (err->code) {
    case ERR_IO:
        return "Look whether the path is right and whether you may read the file.";
    case ERR_MEMORY:
    case ERR_LIMIT:
        return "Open a part of it.";
    case ERR_VALUE:
    case ERR_USAGE:
        return "Read it in another way, or as usual.";
    default:
        return "Mend the file at that place and read it again, or read it in another way.";
    }
}

// Everything that was chosen for the file is left out.
static void read_as_usual(struct app *app) {
    struct data_choices *c = &app->data_page->setup.reading;
    struct data_options usual = data_options_default();
    *c = (struct data_choices){.split = true, .validation = usual.validation, .seed = (long)usual.seed, .whole = true};
    data_page_read(app);
}

static bool any_choice(const struct data_choices *c) {
    return c->reader[0] || c->separator[0] || c->columns[0] || c->on_problem[0] || c->encoding || c->header ||
           c->shape || c->tokens || c->lower || c->min_count;
}

static void buttons(struct app *app, rect r, bool chosen) {
    struct ui *ui = &app->ui;
    float x = r.x;
    const char *const words[] = {"Read again", "Read as usual", "Another file"};
    for (int k = 0; k < 3; k++) {
        if (k == 1 && !chosen) continue;
        float w = ui_button_width(ui, words[k]);
        if (ui_button(ui, (rect){x, r.y, w, 36}, words[k], k == 0)) {
            if (k == 0) data_page_read(app);
            if (k == 1) read_as_usual(app);
            if (k == 2) data_page_close(app);
        }
        x += w + 8;
    }
}

void data_draw_error(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    bool stopped = page->error.code == ERR_NONE;
    char place[ASSET_PATH + 64], title[ASSET_PATH + 64];
    struct rich_style style = {.size = 15, .line_height = 22, .ink = ui->theme->ink1, .bold = ui->theme->ink1};
    char message[1024] = "Reading was stopped.";
    if (!stopped) data_error_text(&page->error, false, message, sizeof message);
    float w = fminf(680, r.w - 48), in = w - 64, text = plain_text(ui->list, 0, 0, in, message, style, false);
    struct rich_style quiet = style;
    quiet.size = 14;
    quiet.ink = ui->theme->ink2;
    const char *help = stopped ? "" : advice(&page->error);
    float help_height = *help ? plain_text(ui->list, 0, 0, in, help, quiet, false) : 0;
    rect card = card_in_middle(ui, r, w, 104 + text + 12 + help_height + 28 + 36 + 32, false);
    float x = card.x + 32, y = card.y + 46;
    snprintf(title, sizeof title, stopped ? "%s was not read" : "%s could not be read", name_of(app));
    icon_draw(ui->list, stopped ? ICON_STOP : ICON_WARN, x, y - 18, 22, stopped ? ui->theme->ink2 : ui->theme->err,
              1.75f);
    draw_text_fit(ui->list, x + 32, y, in - 32, title, data_text(ui, FONT_SANS_SEMIBOLD, 18, 1, ALIGN_LEFT));
    place[0] = 0;
    if (!stopped && page->error.file[0]) snprintf(place, sizeof place, "%s", page->error.file);
    if (!stopped && page->error.line > 0)
        snprintf(place + strlen(place), sizeof place - strlen(place), "%sline %ld", *place ? ", " : "",
                 page->error.line);
    if (!stopped && page->error.column > 0)
        snprintf(place + strlen(place), sizeof place - strlen(place), ", column %ld", page->error.column);
    draw_text_fit(ui->list, x, y + 32, in, place, data_text(ui, FONT_SANS, 14, 3, ALIGN_LEFT));
    y += 50;
    plain_text(ui->list, x, y, in, message, style, true);
    y += text + 12;
    if (*help) plain_text(ui->list, x, y, in, help, quiet, true);
    y += help_height + 28;
    bool task = *page->setup.task != 0;
    buttons(app, (rect){x, y, in, 36}, any_choice(&page->setup.reading));
    if (!task) data_reading_chip(app, (rect){card.x + w - 32 - 160, y + 4, 160, 28});
}
