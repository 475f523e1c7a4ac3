// The panels as a person sees them: every step of the walk at every size the window allows. What is written
// stays inside the panel and apart from other writing; every number that names a tensor of the trace equals
// it; clicks and keys do what they say.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "diagram.h"
#include "flow.h"
#include "inspector.h"
#include "inspector_scene.h"
#include "panel.h"
#include <math.h>

struct world {
    struct capture *capture;
    struct draw_list list;
    struct ui *ui;
    struct fixture lstm, rnn, small, wide;
};

// --- the trace, by name ---

struct tensor {
    char *name;
    int64_t columns, count;
    double *data;
};
struct tensors {
    struct tensor list[512];
    int count;
};

static void keep_tensor(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct tensors *tensors = context;
    assert_true(tensors->count < 512);
    struct tensor *t = &tensors->list[tensors->count++];
    t->count = 1;
    for (int i = 0; i < dims; i++)
        t->count *= shape[i];
    t->columns = dims > 1 ? shape[1] : 1;
    t->name = strdup(name);
    t->data = malloc((size_t)t->count * sizeof *data);
    memcpy(t->data, data, (size_t)t->count * sizeof *data);
}

static void forget_tensors(struct tensors *tensors) {
    for (int i = 0; i < tensors->count; i++)
        free(tensors->list[i].name), free(tensors->list[i].data);
    tensors->count = 0;
}

static bool find_number(const struct tensors *tensors, const struct source *source, double *value) {
    for (int i = 0; i < tensors->count; i++) {
        const struct tensor *t = &tensors->list[i];
        if (strcmp(t->name, source->tensor) != 0) continue;
        int64_t at = source->row * t->columns + (source->column < 0 ? 0 : source->column);
        if (at < 0 || at >= t->count) return false;
        *value = t->data[at];
        return true;
    }
    return false;
}

// A number on screen that names a tensor of the trace must be that tensor's number, and be written as it is.
static int check_sources(const struct draw_list *list, const struct tensors *tensors, const char *where) {
    int checked = 0;
    for (int i = 0; i < list->count; i++) {
        const struct draw_command *command = &list->commands[i];
        if (command->op != DRAW_TEXT || command->source < 0) continue;
        const struct source *source = &list->sources[command->source];
        assert_non_null(source->tensor);
        if (strncmp(source->tensor, "sum/", 4) == 0 || strncmp(source->tensor, "norm/itemised/", 14) == 0) continue;
        double value = NAN;
        if (!find_number(tensors, source, &value))
            fail_msg("%s: no %s[%d,%d] in the trace", where, source->tensor, source->row, source->column);
        if (!(fabs(value - source->value) <= 1e-12 * fmax(1, fabs(value))))
            fail_msg("%s: %s[%d,%d] is %.9g, on screen %.9g", where, source->tensor, source->row, source->column, value,
                     source->value);
        checked++;
        char shown[64];
        snprintf(shown, sizeof shown, "%.*s", command->text_length, list->texts + command->text);
        bool fits = false;
        for (int digits = 0; digits <= 7 && !fits; digits++)
            for (int plus = 0; plus < 2; plus++) {
                char text[64];
                format_value(text, sizeof text, source->value, digits, plus);
                fits = fits || strcmp(text, shown) == 0;
                format_value(text, sizeof text, fabs(source->value), digits,
                             false); // its minus is an operator
                fits = fits || strcmp(text, shown) == 0;
            }
        if (!fits) fail_msg("%s: %s is %.9g but \"%s\" is written", where, source->tensor, source->value, shown);
    }
    return checked;
}

// --- writing ---

static rect ink_of(const struct draw_command *command) {
    return command->rect;
}

static void check_text(const struct draw_list *list, rect r, bool apart, const char *where) {
    for (int i = 0; i < list->count; i++) {
        const struct draw_command *a = &list->commands[i];
        if (a->op != DRAW_TEXT) continue;
        // TEXT: x, y is the origin on the baseline; w the advance, h the size of the ink above it.
        rect ink = ink_of(a);
        float left = ink.x, right = ink.x + ink.w;
        if (left < r.x - 1 || right > r.x + r.w + 1 || ink.y < r.y || ink.y > r.y + r.h)
            fail_msg("%s: \"%.*s\" at %g..%g, %g lies outside %g..%g, %g..%g", where, a->text_length,
                     list->texts + a->text, (double)left, (double)right, (double)ink.y, (double)r.x,
                     (double)(r.x + r.w), (double)r.y, (double)(r.y + r.h));
        for (int k = 0; apart && k < i; k++) {
            const struct draw_command *b = &list->commands[k];
            if (b->op != DRAW_TEXT || a->size < 11 || b->size < 11 || a->font == FONT_MATH ||
                a->font == FONT_MATH_ITALIC || b->font == FONT_MATH || b->font == FONT_MATH_ITALIC)
                continue;
            rect other = ink_of(b);
            float overlap_x = fminf(right, other.x + other.w) - fmaxf(left, other.x);
            float height = fminf(a->size, b->size) * 0.7f, overlap_y = height - fabsf(ink.y - other.y);
            if (overlap_x > 1.5f && overlap_y > 1)
                fail_msg("%s: \"%.*s\" and \"%.*s\" overlap", where, a->text_length, list->texts + a->text,
                         b->text_length, list->texts + b->text);
        }
    }
}

static bool same_color(color a, color b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

// A gate's colour is for letters on paper: on the highlighter it cannot be read.
static void check_highlighter(const struct draw_list *list, const struct theme *theme, const char *where) {
    for (int i = 0; i < list->count; i++) {
        const struct draw_command *text = &list->commands[i];
        bool hue = false;
        for (int k = HUE_F; k < HUE_COUNT; k++)
            hue |= text->op == DRAW_TEXT && same_color(text->color, theme->identity_ink[k]);
        color ground = theme->panel;
        for (int k = 0; hue && k < i; k++)
            if (list->commands[k].op == DRAW_RECT &&
                rect_has(list->commands[k].rect, (point){text->rect.x + 1, text->rect.y - 2}))
                ground = list->commands[k].color;
        if (hue && same_color(ground, theme->hi))
            fail_msg("%s: \"%.*s\" in a gate's colour on the highlighter", where, text->text_length,
                     list->texts + text->text);
    }
}

// The cells of the map of moved weights stay in their column.
static void check_map(const struct draw_list *list, rect r, const char *where) {
    const float right = r.x + r.w - 20 + 1;
    for (int i = 0; i < list->count; i++) {
        const struct draw_command *cell = &list->commands[i];
        if (cell->op == DRAW_RECT && cell->rect.w < 15 && cell->rect.h < 20 && cell->rect.x + cell->rect.w > right)
            fail_msg("%s: a cell ends at %g, the column at %g", where, (double)(cell->rect.x + cell->rect.w),
                     (double)right);
    }
}

// The gradient by loss has at least one row, or says why not.
static void check_by_loss(const struct draw_list *list, const char *where) {
    bool titled = false, told = false;
    for (int i = 0; i < list->count; i++) {
        const struct draw_command *text = &list->commands[i];
        if (text->op != DRAW_TEXT) continue;
        titled |= strncmp(list->texts + text->text, "Gradient at t = ", 16) == 0;
        told |= strncmp(list->texts + text->text, "Not computed yet", 16) == 0;
        told |= text->source >= 0 && strncmp(list->sources[text->source].tensor, "norm/itemised/", 14) == 0;
    }
    if (titled && !told) fail_msg("%s: a title of gradients by loss and nothing under it", where);
}

static void frame(struct world *world, rect r, const struct scene *scene) {
    draw_begin(&world->list, r.x + r.w, r.y + r.h, 1);
    ui_begin(world->ui, &world->list, theme_get(THEME_LIGHT), 0);
    view_inspector(world->ui, r, scene);
    ui_end(world->ui);
}

static const rect sizes[] = {{0, 0, 300, 520}, {0, 0, 336, 550}, {0, 0, 336, 576}, {0, 0, 368, 732}, {0, 0, 440, 900}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void walk(struct world *world, struct fixture *f, const char *name, int stride) {
    struct tensors tensors = {.count = 0};
    record_each(f->record, keep_tensor, &tensors);
    int checked = 0;
    for (int p = 0; p <= f->script->count; p += stride)
        for (int s = 0; s < SIZES; s++) {
            char where[160], title[96] = "start";
            if (p) step_title(f->record, &f->script->steps[p - 1], title, sizeof title);
            snprintf(where, sizeof where, "%s, %s, %gx%g", name, title, (double)sizes[s].w, (double)sizes[s].h);
            f->scene.position = p;
            frame(world, sizes[s], &f->scene);
            check_text(&world->list, sizes[s], true, where);
            check_by_loss(&world->list, where);
            check_highlighter(&world->list, theme_get(THEME_LIGHT), where);
            if (p && f->script->steps[p - 1].kind == STEP_UPDATE) check_map(&world->list, sizes[s], where);
            checked += check_sources(&world->list, &tensors, where);
        }
    assert_true(checked > f->script->count / stride);
    forget_tensors(&tensors);
}

static void every_step_fits_and_says_true_numbers(void **state) {
    struct world *world = *state;
    walk(world, &world->lstm, "lstm", 1);
    walk(world, &world->rnn, "rnn", 1);
    walk(world, &world->small, "lstm of 3, one timestep", 1);
    walk(world, &world->wide, "lstm of 20", 3);
}

static void every_other_cell_fits(void **state) {
    struct world *world = *state;
    for (int k = 0; k < CELL_COUNT; k++) {
        if (k == CELL_RNN || k == CELL_LSTM) continue;
        struct fixture f;
        struct err err = {0};
        memset(&f, 0, sizeof f);
        if (!fixture_open(&f, (enum cell_id)k, 8, "troodon", 60, &err)) fail_msg("%s", err.message);
        for (int n = 0; n < NOTATION_COUNT; n++) {
            f.state.notation = (enum notation)n;
            walk(world, &f, record_cell(f.record)->name, 1 + 2 * n);
        }
        fixture_close(&f);
    }
}

static void every_notation_fits(void **state) {
    struct world *world = *state;
    for (int n = NOTATION_PAPER; n < NOTATION_COUNT; n++) {
        world->lstm.state.notation = (enum notation)n;
        walk(world, &world->lstm, "lstm", 5);
    }
    world->lstm.state.notation = NOTATION_COURSE;
}

// --- choosing a unit ---

static int find_part(const struct fixture *f, const char *part, int t) {
    return script_find(f->script, STEP_PART, 0, 0, t, cell_part_by_id(record_cell(f->record), part));
}

static void press_at(struct world *world, const struct scene *scene, float x, float y) {
    ui_push_event(world->ui, &(struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
    frame(world, sizes[3], scene);
    ui_push_event(world->ui, &(struct input_event){.kind = INPUT_PRESS, .at = {x, y}, .button = 1, .clicks = 1});
    frame(world, sizes[3], scene);
    ui_push_event(world->ui, &(struct input_event){.kind = INPUT_RELEASE, .at = {x, y}, .button = 1, .clicks = 1});
    frame(world, sizes[3], scene);
}

static void leave(struct world *world, const struct scene *scene) {
    ui_push_event(world->ui, &(struct input_event){.kind = INPUT_MOVE, .at = {2, 2}});
    frame(world, sizes[3], scene);
    frame(world, sizes[3], scene);
}

static void a_click_takes_the_unit_and_hover_tells_it(void **state) {
    struct world *world = *state;
    struct fixture *f = &world->lstm;
    f->scene.position = find_part(f, "gate_f", 3);
    f->state.unit = 6;
    press_at(world, &f->scene, 20 + 2 * 41.7f + 10, 390); // the third tile of the forget gate
    assert_int_equal(f->state.unit, 2);
    assert_int_equal(f->state.hover_unit, 2);
    assert_int_equal(f->state.hover_slot, cell_slot_by_id(record_cell(f->record), "gate_f"));
    assert_int_equal(f->state.hover_t, 3);
    f->state.unit = 6;
    f->state.hover_unit = f->state.hover_t = f->state.hover_slot = -1;
    leave(world, &f->scene);
    assert_int_equal(f->state.hover_unit, -1);
}

static bool key_left_over(struct world *world, const struct scene *scene, int key) {
    ui_push_event(world->ui, &(struct input_event){.kind = INPUT_KEY, .key = key});
    draw_begin(&world->list, 368, 732, 1);
    ui_begin(world->ui, &world->list, theme_get(THEME_LIGHT), 0);
    view_inspector(world->ui, sizes[3], scene);
    bool left = ui_take_key(world->ui, key, 0);
    ui_end(world->ui);
    return left;
}

static void arrows_belong_to_the_picker_only_with_focus(void **state) {
    struct world *world = *state;
    struct fixture *f = &world->lstm;
    f->scene.position = find_part(f, "gate_u", 2);
    f->state.unit = 6;
    world->ui->focus = 0;
    frame(world, sizes[3], &f->scene);
    assert_true(key_left_over(world, &f->scene, KEY_RIGHT));
    assert_int_equal(f->state.unit, 6);
    ui_push_event(world->ui, &(struct input_event){.kind = INPUT_KEY, .key = KEY_TAB});
    frame(world, sizes[3], &f->scene);
    frame(world, sizes[3], &f->scene);
    assert_false(key_left_over(world, &f->scene, KEY_RIGHT));
    assert_int_equal(f->state.unit, 7);
    assert_false(key_left_over(world, &f->scene, KEY_LEFT));
    assert_int_equal(f->state.unit, 6);
    assert_true(key_left_over(world, &f->scene, KEY_UP));
    world->ui->focus = 0;
}

static void a_hidden_number_is_not_told(void **state) {
    struct world *world = *state;
    struct fixture *f = &world->lstm;
    const struct cell_desc *cell = record_cell(f->record);
    int slot = cell_slot_by_id(cell, "gate_f");
    struct hidden_value hidden = {record_name(f->record, RECORD_FORWARD, 0, 0, slot), 3, 6};
    f->scene.position = find_part(f, "gate_f", 3);
    f->scene.hidden = &hidden;
    f->scene.hidden_count = 1;
    frame(world, sizes[3], &f->scene);
    int questions = 0;
    for (int i = 0; i < world->list.count; i++) {
        const struct draw_command *command = &world->list.commands[i];
        if (command->op != DRAW_TEXT) continue;
        questions += command->text_length == 1 && world->list.texts[command->text] == '?';
        if (command->source < 0) continue;
        const struct source *source = &world->list.sources[command->source];
        bool same = strcmp(source->tensor, hidden.tensor) == 0 && source->row == 3 && source->column == 6;
        assert_false(same);
    }
    assert_true(questions >= 2); // the tile and the equation
    f->scene.hidden = NULL;
    f->scene.hidden_count = 0;
}

// --- gradient flow ---

static void flow_frame(struct world *world, const struct scene *scene, rect r) {
    draw_begin(&world->list, r.x + r.w, r.y + r.h, 1);
    ui_begin(world->ui, &world->list, theme_get(THEME_DARK), 0);
    view_flow(world->ui, r, scene);
    ui_end(world->ui);
}

static void flow_takes_one_timestep_and_no_gradient(void **state) {
    struct world *world = *state;
    const rect r = {288, 560, 784, 220};
    struct fixture *f = &world->small;
    f->scene.position = f->script->count;
    flow_frame(world, &f->scene, r);
    check_text(&world->list, r, true, "flow, one timestep");
    // All gradients zero: nothing to put on a log axis, and nothing that is not a number.
    struct fixture *g = &world->lstm;
    struct itemised *items = insights_itemised(g->insights, (struct chain){0}, PATH_ALL)->itemised;
    double *norms = items->norms[0], *total = items->totals[0],
           *zeros = calloc((size_t)(items->T * items->T), sizeof *zeros);
    items->norms[0] = items->totals[0] = zeros;
    g->scene.position = g->script->count;
    flow_frame(world, &g->scene, r);
    for (int i = 0; i < world->list.count; i++) {
        const struct draw_command *command = &world->list.commands[i];
        assert_true(isfinite(command->rect.x) && isfinite(command->rect.y) && isfinite(command->rect.w) &&
                    isfinite(command->rect.h));
    }
    items->norms[0] = norms;
    items->totals[0] = total;
    free(zeros);
    flow_frame(world, &g->scene, r);
    check_text(&world->list, r, true, "flow");
    g->scene.insights = NULL;
    flow_frame(world, &g->scene, r);
    check_text(&world->list, r, true, "flow, nothing computed");
    g->scene.insights = g->insights;
}

// --- the lesson panel ---

static struct panel_action panel_frame(struct world *world, rect r, const struct panel_content *content) {
    draw_begin(&world->list, r.w, r.h, 1);
    ui_begin(world->ui, &world->list, theme_get(THEME_LIGHT), 0);
    struct panel_action action = view_panel(world->ui, r, content);
    ui_end(world->ui);
    return action;
}

static struct panel_action panel_click(struct world *world, rect r, const struct panel_content *content, float x,
                                       float y) {
    ui_push_event(world->ui, &(struct input_event){.kind = INPUT_MOVE, .at = {x, y}});
    panel_frame(world, r, content);
    ui_push_event(world->ui, &(struct input_event){.kind = INPUT_PRESS, .at = {x, y}, .button = 1, .clicks = 1});
    panel_frame(world, r, content);
    ui_push_event(world->ui, &(struct input_event){.kind = INPUT_RELEASE, .at = {x, y}, .button = 1, .clicks = 1});
    return panel_frame(world, r, content);
}

static void the_lesson_panel_answers(void **state) {
    struct world *world = *state;
    static const char *const choices[] = {"The letter itself",
                                          "What it remembered, which is longer than one line of this narrow panel"};
    const struct panel_task tasks[] = {{.text = "Step to $t=4$.", .state = TASK_DONE, .chosen = -1},
                                       {.text = "Which input drives it there?",
                                        .state = TASK_NOW,
                                        .chosen = -1,
                                        .choices = choices,
                                        .choice_count = 2,
                                        .more_hints = true},
                                       {.text = "Go on.", .state = TASK_LATER, .chosen = -1}};
    const struct panel_block blocks[] = {{"Short text.", NULL}, {NULL, "c^{<t>}=\\Gamma_u*\\tilde{c}^{<t>}"}};
    char answer[32] = "";
    struct panel_content content = {.eyebrow = "Lesson 3, part 2 of 5",
                                    .part = 1,
                                    .part_count = 5,
                                    .title = "A title that is too long for one line",
                                    .blocks = blocks,
                                    .block_count = 2,
                                    .tasks = tasks,
                                    .task_count = 3,
                                    .previous = "Memory cell",
                                    .next = "A very long name of the next part",
                                    .answer = answer,
                                    .answer_size = sizeof answer};
    const rect r = {0, 0, 288, 732};
    panel_frame(world, r, &content);
    check_text(&world->list, r, true, "panel");
    assert_int_equal(panel_click(world, r, &content, 40, 704).go, -1);
    assert_int_equal(panel_click(world, r, &content, 250, 704).go, 1);
    assert_int_equal(panel_click(world, r, &content, 259, 31).part, 4);
    // The first answer: its row begins with the ring left of its words.
    float y = 0;
    for (int i = 0; i < world->list.count; i++) {
        const struct draw_command *command = &world->list.commands[i];
        if (command->op == DRAW_TEXT && strncmp(world->list.texts + command->text, "letter", 6) == 0)
            y = command->rect.y;
    }
    assert_true(y > 0);
    struct panel_action action = panel_click(world, r, &content, 100, y - 4);
    assert_int_equal(action.answer_task, 1);
    assert_int_equal(action.answer_choice, 0);
    // Too tall for its place: it scrolls and draws nothing over the footer or outside.
    const rect low = {0, 0, 288, 300};
    panel_frame(world, low, &content);
    action = panel_click(world, low, &content, 250, 272);
    assert_int_equal(action.go, 1);
}

// --- ---

static int open_world(void **state) {
    struct err err = {0};
    struct world *world = calloc(1, sizeof *world);
    world->capture = capture_new(1, &err);
    bool good = world->capture && fixture_open(&world->lstm, CELL_LSTM, 8, "troodon", 60, &err) &&
                fixture_open(&world->rnn, CELL_RNN, 8, "dilong", 60, &err) &&
                fixture_open(&world->small, CELL_LSTM, 3, "", 0, &err) &&
                fixture_open(&world->wide, CELL_LSTM, 20, "eoraptor", 30, &err);
    if (!good) {
        print_message("%s\n", err.message);
        return -1;
    }
    draw_init(&world->list, capture_fonts(world->capture));
    world->ui = calloc(1, sizeof *world->ui);
    ui_init(world->ui);
    *state = world;
    return 0;
}

static int close_world(void **state) {
    struct world *world = *state;
    fixture_close(&world->lstm);
    fixture_close(&world->rnn);
    fixture_close(&world->small);
    fixture_close(&world->wide);
    ui_release(world->ui);
    free(world->ui);
    draw_release(&world->list);
    capture_free(world->capture);
    free(world);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_fits_and_says_true_numbers),
        cmocka_unit_test(every_other_cell_fits),
        cmocka_unit_test(every_notation_fits),
        cmocka_unit_test(a_click_takes_the_unit_and_hover_tells_it),
        cmocka_unit_test(arrows_belong_to_the_picker_only_with_focus),
        cmocka_unit_test(a_hidden_number_is_not_told),
        cmocka_unit_test(flow_takes_one_timestep_and_no_gradient),
        cmocka_unit_test(the_lesson_panel_answers),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
