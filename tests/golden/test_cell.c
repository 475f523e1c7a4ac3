// The view "cell" of all six cells as draw lists, forward and backward, against lists kept here; and at many sizes: no
// text leaves the window or lies on another. With UPDATE_GOLDEN=1 in the environment the lists are written anew; look
// at the view before they are committed.
#include "capture.h"
#include "fake_fonts.h"
#include "trace_record.h"
#include "golden.h"
#include "ui.h"
#include "views.h"
#include <stdlib.h>

extern const struct view view_of_cell;

struct frame {
    struct word_record w;
    struct view_state state;
    struct scene scene;
    struct draw_list list;
    struct ui ui;
};

static void open_frame(struct frame *f, const struct font_source *fonts, enum cell_id cell, int layers,
                       int directions) {
    word_init(&f->w, cell, layers, directions);
    f->state =
        (struct view_state){.unit = 6, .t = -1, .stacked = true, .hover_unit = -1, .hover_t = -1, .hover_slot = -1};
    f->scene = (struct scene){
        .record = f->w.record, .script = f->w.script, .motion = 1, .state = &f->state, .unit_word = "character"};
    draw_init(&f->list, fonts);
    ui_init(&f->ui);
}

static void close_frame(struct frame *f) {
    ui_release(&f->ui);
    draw_release(&f->list);
    word_release(&f->w);
}

static void draw_frame(struct frame *f, float width, float height) {
    draw_begin(&f->list, width, height, 1);
    ui_begin(&f->ui, &f->list, theme_get(THEME_LIGHT), 1);
    view_of_cell.draw(&f->ui, (rect){0, 0, width, height}, &f->scene);
    ui_end(&f->ui);
}

// In the middle of the way forward and back: parts that are done, running and still to come.
static int position_of(const struct frame *f, bool backward) {
    const struct cell_desc *cell = record_cell(f->w.record);
    int part = cell->part_count > 1 ? cell->part_count - 2 : 0;
    return script_find(f->w.script, backward ? STEP_PART_BACK : STEP_PART, 0, 0, 2, part);
}

static void as_kept(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct frame f;
        struct str dump = {0};
        char name[64];
        open_frame(&f, &fake_fonts, (enum cell_id)cell, 1, 1);
        for (int backward = 0; backward < 2; backward++) {
            f.scene.position = position_of(&f, backward);
            draw_frame(&f, 1080, 732);
            draw_dump(&f.list, &dump);
        }
        snprintf(name, sizeof name, "cell-%s.txt", record_cell(f.w.record)->name);
        golden_text(name, &dump);
        str_release(&dump);
        close_frame(&f);
    }
}

// --- at every size ---

static rect text_box(const struct draw_command *c) {
    return (rect){c->rect.x, c->rect.y - c->size * 0.7f, c->rect.w, c->size * 0.7f};
}

static bool is_maths(const struct draw_command *c) {
    return c->font == FONT_MATH || c->font == FONT_MATH_ITALIC;
}

// Texts that are cut, or lie on another. Maths is set close: it is held against other texts only.
static int text_faults(const struct frame *f, const char *what) {
    int faults = 0;
    const struct draw_list *list = &f->list;
    for (int i = 0; i < list->count; i++) {
        const struct draw_command *a = &list->commands[i];
        if (a->op != DRAW_TEXT) continue;
        const char *text = list->texts + a->text;
        rect box = text_box(a);
        if (box.x < -0.5f || box.y < -0.5f || box.x + box.w > list->bounds.w + 0.5f || a->rect.y > list->bounds.h) {
            print_message("%s: “%s” is cut at %g, %g\n", what, text, (double)box.x, (double)a->rect.y);
            faults++;
        }
        for (int j = 0; j < i; j++) {
            const struct draw_command *b = &list->commands[j];
            if (b->op != DRAW_TEXT || (is_maths(a) && is_maths(b))) continue;
            rect other = text_box(b);
            float w = fminf(box.x + box.w, other.x + other.w) - fmaxf(box.x, other.x);
            float h = fminf(box.y + box.h, other.y + other.h) - fmaxf(box.y, other.y);
            if (w < 2 || h < 2) continue;
            print_message("%s: “%s” lies on “%s” at %g, %g\n", what, text, list->texts + b->text, (double)box.x,
                          (double)a->rect.y);
            faults++;
        }
    }
    return faults;
}

static void nothing_is_cut(void **state) {
    (void)state;
    // What is left of the window beside the panels: 1024x640, 1280x720, 1440x900, 1920x1080.
    static const point sizes[] = {{1024, 496}, {968, 576}, {1080, 732}, {1128, 732}, {1224, 696}, {1536, 696}};
    struct err err = {0};
    struct capture *capture = capture_new(1, &err);
    if (!capture) fail_msg("%s", err.message);
    int faults = 0;
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int deep = 0; deep < 2; deep++) {
            struct frame f;
            open_frame(&f, capture_fonts(capture), (enum cell_id)cell, 1 + deep, 1 + deep);
            for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
                for (int backward = 0; backward < 2; backward++)
                    for (int unit = 0; unit < WORD_HIDDEN; unit++) {
                        char what[96];
                        f.state.unit = unit;
                        f.state.notation = (enum notation)(unit % NOTATION_COUNT);
                        f.state.stacked = unit % 2;
                        f.state.t = unit % WORD_T;
                        f.state.backward_pinned = true;
                        f.state.backward = backward;
                        f.scene.position = unit % 4 ? f.w.script->count : position_of(&f, backward);
                        draw_frame(&f, sizes[k].x, sizes[k].y);
                        snprintf(what, sizeof what, "%s, %gx%g, %s, unit %d", record_cell(f.w.record)->name,
                                 (double)sizes[k].x, (double)sizes[k].y, backward ? "backward" : "forward", unit + 1);
                        faults += text_faults(&f, what);
                    }
            close_frame(&f);
        }
    capture_free(capture);
    assert_int_equal(faults, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_kept), cmocka_unit_test(nothing_is_cut)};
    return cmocka_run_group_tests_name("cell_pictures", tests, NULL, NULL);
}
