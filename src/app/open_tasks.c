// The built-in tasks, and the data that come with the program, in the sheet of Ctrl+O: a list, and beside it what the
// lit one is, the network that it opens with, and its parameters.

#include "open_sheet.h"

#include "app_chrome.h"
#include "file.h"
#include "mathbox.h"
#include "str.h"
#include "training.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LIST = 340, LIST_LEAST = 240, GAP = 28, FIELD = 36, ROW = 40, NAME = 96, NUMBER = 92, KIND_LEAST = 260 };

static int task_count(void) {
    int count = 0;
    while (tasks[count])
        count++;
    return count;
}

static const struct task *task_at(int index) {
    return index < task_count() ? tasks[index] : NULL;
}

static const char *shipped_at(const struct opener *o, int index) {
    return o->shipped[index - task_count()];
}

static const char *kind_name(const struct task *task) {
    return task->recipe.kind ? task->recipe.kind : net_kind_names[training_kind(task->answers)];
}

static const char *title_of(const struct opener *o, int index) {
    const struct task *task = task_at(index);
    return task ? task->title : file_name(shipped_at(o, index));
}

static bool task_passes(const struct task *task, const char *filter) {
    return strcasestr(task->title, filter) || strcasestr(task->id, filter) || strcasestr(task->story, filter) ||
           strcasestr(kind_name(task), filter);
}

static void find(struct opener *o) {
    enum { MOST = sizeof o->found / sizeof *o->found };
    int all = task_count() + o->shipped_count;
    o->found_count = 0;
    for (int k = 0; k < all && o->found_count < MOST; k++) {
        const struct task *task = task_at(k);
        if (task ? task_passes(task, o->filter) : strcasestr(file_name(shipped_at(o, k)), o->filter) != NULL)
            o->found[o->found_count++] = k;
    }
    o->task_row = o->found_count > 0 ? 0 : -1;
    for (int k = o->found_count; k-- > 0;) // what begins with it comes first
        if (!strncasecmp(title_of(o, o->found[k]), o->filter, strlen(o->filter))) o->task_row = k;
    o->found_show = true;
}

// Of the assets those that are data: texts and tables.
void opener_fill_tasks(struct opener *o) {
    static const char *const endings[] = {".txt", ".csv", ".tsv", ".jsonl", ".json", ".npy", ".conll", ".ts"};
    struct file_list list = {0};
    o->shipped_count = 0;
    bool there = asset_find("", o->assets, NULL) && file_list_read(&list, o->assets, NULL, NULL, NULL);
    if (!there) o->assets[0] = 0;
    for (int k = 0; k < list.count && o->shipped_count < OPENER_SHIPPED; k++) {
        bool data = false;
        bool choices = file_ends_with(list.entries[k].name, choices_ending);
        for (size_t e = 0; !choices && e < sizeof endings / sizeof *endings; e++)
            data = data || file_ends_with(list.entries[k].name, endings[e]);
        if (!data || asset_find(list.entries[k].name, o->shipped[o->shipped_count], NULL) == false) continue;
        o->shipped_size[o->shipped_count++] = list.entries[k].size;
    }
    file_list_release(&list);
    find(o);
}

// --- the list ---

static const char *row_name(void *context, int row) {
    const struct opener *o = ((struct app *)context)->opener;
    return title_of(o, o->found[row]);
}

static void draw_row(void *context, struct ui *ui, int row, rect at, struct text_style style) {
    const struct opener *o = ((struct app *)context)->opener;
    const struct task *task = task_at(o->found[row]);
    bool wide = at.w >= KIND_LEAST; // else what is said beside the list is enough
    const char *kind = !wide ? "" : task ? kind_name(task) : "file";
    float y = at.y + UI_LIST_BASELINE, w = text_width(ui->list, kind, opener_quiet(ui, ALIGN_LEFT));
    draw_text(ui->list, at.x + at.w, y, kind, opener_quiet(ui, ALIGN_RIGHT));
    draw_text_fit(ui->list, at.x, y, at.w - w - 12, row_name(context, row), style);
}

// --- what the lit one is ---

static void fill_parameters(struct opener *o, const struct task *task) {
    if (o->filled == task) return;
    o->filled = task;
    o->said[0] = 0;
    for (int k = 0; task && k < TASK_PARAMETERS && task->parameters[k].name; k++)
        snprintf(o->parameters[k], PARAMETER_TEXT, "%ld", task->parameters[k].value);
}

// The task as `--task` has it: what differs from the usual values is said.
static void task_text(const struct opener *o, const struct task *task, struct str *out) {
    const char *before = ":";
    str_put(out, task->id);
    for (int k = 0; k < TASK_PARAMETERS && task->parameters[k].name; k++) {
        char usual[PARAMETER_TEXT];
        snprintf(usual, sizeof usual, "%ld", task->parameters[k].value);
        if (!strcmp(usual, o->parameters[k])) continue;
        str_printf(out, "%s%s=%s", before, task->parameters[k].name, o->parameters[k]);
        before = ",";
    }
}

static void open_row(struct app *app, int index) {
    struct opener *o = app->opener;
    const struct task *task = task_at(index);
    if (!task) {
        opener_choose_file(app, shipped_at(o, index));
        return;
    }
    struct str text = {0};
    struct err err = {0};
    task_text(o, task, &text);
    if (app_open_task(app, str_text(&text), &err))
        o->open = false;
    else
        opener_say(app, "%s", err.message);
    str_release(&text);
}

static void fact(struct ui *ui, rect *r, const char *name, const char *text) {
    struct rich_style style = {.size = 14, .line_height = 20, .ink = ui->theme->ink1, .bold = ui->theme->ink1};
    draw_text(ui->list, r->x, r->y + 15, name, text_of(FONT_SANS, 14, ui->theme->ink3, ALIGN_LEFT));
    float h = plain_text(ui->list, r->x + NAME, r->y, r->w - NAME, text, style, true);
    rect_cut_top(r, h + 8);
}

static void recipe_text(const struct task *task, bool walk, char *out, size_t size) {
    struct recipe recipe = recipe_default();
    char updates[32];
    recipe_of_task(&recipe, task, walk);
    const struct net_spec *spec = &recipe.spec;
    format_count(updates, sizeof updates, recipe.steps);
    snprintf(out, size, "%s, %d layer%s%s, %d units, %s updates", net_cell(spec)->title, spec->layers,
             spec->layers == 1 ? "" : "s", spec->directions == 2 ? ", both directions" : "", spec->hidden, updates);
}

static bool parameter(struct app *app, rect *r, const struct task_parameter *p, char *text) {
    struct ui *ui = &app->ui;
    char low[32], high[32], range[256];
    rect row = rect_cut_top(r, ROW);
    bool enter = ui->focus == ui_make_id(ui, p->name) && ui_take_key(ui, KEY_ENTER, 0);
    format_count(low, sizeof low, p->low);
    format_count(high, sizeof high, p->high);
    snprintf(range, sizeof range, "%s to %s: %s", low, high, p->help);
    draw_text_fit(ui->list, row.x, row.y + UI_LIST_BASELINE, NAME - 8, p->name,
                  text_of(FONT_MONO, 14, ui->theme->ink1, ALIGN_LEFT));
    ui_text_field(ui, (rect){row.x + NAME, row.y, NUMBER, 32}, p->name, text, PARAMETER_TEXT, "a number");
    struct rich_style style = {.size = 13, .line_height = 17, .ink = ui->theme->ink3, .bold = ui->theme->ink3};
    float x = row.x + NAME + NUMBER + 12, w = row.w - NAME - NUMBER - 12,
          h = plain_text(ui->list, x, row.y, w, range, style, false);
    plain_text(ui->list, x, row.y + (32 - h) / 2, w, range, style, true);
    return enter;
}

// Answers whether Enter in a parameter's field asked to open it.
static bool about_task(struct app *app, rect r, const struct task *task) {
    struct ui *ui = &app->ui;
    struct opener *o = app->opener;
    const rect all = r;
    r.y -= ui_scroll_begin(ui, r, task->id, o->about_height);
    const float top = r.y;
    if (o->about_height > r.h) r.w -= 14; // the bar
    char text[256], value[32];
    bool enter = false;
    struct rich_style story = {.size = 15, .line_height = 22, .ink = ui->theme->ink2, .bold = ui->theme->ink1};
    draw_text_fit(ui->list, r.x, r.y + 20, r.w, task->title, text_of(FONT_DISPLAY, 20, ui->theme->ink1, ALIGN_LEFT));
    rect_cut_top(&r, 34);
    rect_cut_top(&r, plain_text(ui->list, r.x, r.y, r.w, task->story, story, true) + 14);
    fact(ui, &r, "Network", kind_name(task));
    recipe_text(task, true, text, sizeof text);
    fact(ui, &r, "Opens with", text);
    recipe_text(task, false, text, sizeof text);
    fact(ui, &r, "Learnt by", text);
    if (task->train_count > 0)
        format_count(value, sizeof value, task->train_count);
    else
        snprintf(value, sizeof value, "%s", "new ones in every minibatch");
    fact(ui, &r, "Examples", value);
    snprintf(text, sizeof text, "--task %s", task->id);
    fact(ui, &r, "In words", text);
    rect_cut_top(&r, 6);
    ui_push_id(ui, task->id);
    for (int k = 0; k < TASK_PARAMETERS && task->parameters[k].name; k++)
        enter |= parameter(app, &r, &task->parameters[k], o->parameters[k]);
    ui_pop_id(ui);
    o->about_height = r.y - top;
    ui_scroll_end(ui);
    if (o->about_height > all.h) draw_hline(ui->list, all.x, all.x + all.w, all.y + all.h, ui->theme->line);
    return enter;
}

static void about_file(struct app *app, rect r, int index) {
    struct ui *ui = &app->ui;
    const struct opener *o = app->opener;
    char size[32];
    format_bytes(size, sizeof size, o->shipped_size[index - task_count()]);
    draw_text_fit(ui->list, r.x, r.y + 20, r.w, file_name(shipped_at(o, index)),
                  text_of(FONT_DISPLAY, 20, ui->theme->ink1, ALIGN_LEFT));
    rect_cut_top(&r, 44);
    fact(ui, &r, "File", "comes with unroll");
    fact(ui, &r, "Size", size);
    fact(ui, &r, "Lies in", o->assets);
}

void opener_tasks(struct app *app, rect r, rect footer) {
    struct ui *ui = &app->ui;
    struct opener *o = app->opener;
    rect left = rect_cut_left(&r, r.w >= 700 ? LIST : LIST_LEAST);
    rect_cut_left(&r, r.w >= 400 ? GAP : 16);
    rect field = rect_cut_top(&left, FIELD);
    rect_cut_top(&left, 8);
    bool typing = ui->focus == opener_field(ui, OPENER_TASKS);
    struct ui_rows rows = {.count = o->found_count,
                           .text = row_name,
                           .context = app,
                           .draw = draw_row,
                           .beside_field = true,
                           .keys = typing,
                           .show = o->found_show};
    o->found_show = false;
    int before = o->task_row, chosen = ui_list_rows(ui, left, "tasks", &rows, &o->task_row);
    bool clicked = chosen >= 0 && ui->released;
    if (o->found_count == 0) {
        char none[128];
        snprintf(none, sizeof none, "No task holds “%s”.", o->filter);
        plain_text(ui->list, left.x + 14, left.y + 12, left.w - 28, none,
                   (struct rich_style){.size = 14, .line_height = 21, .ink = ui->theme->ink2, .bold = ui->theme->ink2},
                   true);
    }
    ui_text_field(ui, field, opener_field_name(OPENER_TASKS), o->filter, sizeof o->filter, "Type to filter");
    if (ui_text_field_changed(ui)) find(o);
    if (o->task_row < 0 || o->task_row >= o->found_count) {
        opener_below(app, footer, "");
        return;
    }
    int index = o->found[o->task_row];
    const struct task *task = task_at(index);
    fill_parameters(o, task);
    bool asked = false;
    if (task)
        asked = about_task(app, r, task);
    else
        about_file(app, r, index);
    const char *label = task ? "Open this task" : "Open this file";
    asked |= ui_button(ui, rect_cut_right(&footer, ui_button_width(ui, label)), label, true);
    rect_cut_right(&footer, 16);
    opener_below(app, footer, "");
    // A click shows what a task is; the second one, on the row that is lit, opens it, as Enter does.
    if (asked || (chosen >= 0 && (!clicked || before == o->task_row))) open_row(app, index);
}
