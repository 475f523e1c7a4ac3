// For looking at the panels: renders one of them at one place of the walk to a picture. Not installed, not a
// test.
//   render_inspector OUT.png [view inspector|diagram|cell|flow|panel|rail|thumb] [kind PART|SUM|...] [t 4]
//   [which 0] [theme dark]
//                    [size 368x732] [cell rnn] [hidden 8] [word troodon] [unit 7] [scale 1] [pointer XxY]
//                    [steps 300]
#include "capture.h"
#include "diagram.h"
#include "flow.h"
#include "inspector.h"
#include "inspector_scene.h"
#include "panel.h"

static const char *argument(int count, char **words, const char *name, const char *otherwise) {
    for (int i = 2; i + 1 < count; i += 2)
        if (strcmp(words[i], name) == 0) return words[i + 1];
    return otherwise;
}

static int position_of(const struct fixture *f, const char *kind, int t, int which) {
    static const char *const names[STEP_KIND_COUNT] = {"INPUT",       "PART",      "OUTPUT",      "LOSS",
                                                       "OUTPUT_BACK", "FROM_LOSS", "FROM_FUTURE", "SUM",
                                                       "PART_BACK",   "CLIP",      "UPDATE"};
    if (strcmp(kind, "START") == 0) return 0;
    for (int k = 0; k < STEP_KIND_COUNT; k++)
        if (strcmp(kind, names[k]) == 0)
            for (int p = 0; p < f->script->count; p++) {
                const struct step *step = &f->script->steps[p];
                bool part = step->kind == STEP_PART || step->kind == STEP_PART_BACK;
                bool same = part                        ? step->part == which
                            : step->kind == STEP_UPDATE ? step->block == which
                                                        : step->state < 0 || step->state == which;
                if ((int)step->kind == k && (step->t < 0 || step->t == t - 1) && same) return p + 1;
            }
    return atoi(kind);
}

static struct panel_content sample_content(char *answer, int size) {
    static const struct panel_block blocks[] = {
        {"An LSTM carries a second vector, the memory cell $c^{<t>}$. At every step the forget gate "
         "$\\col{f}{\\Gamma_f}$ decides, "
         "unit by unit, how much of the old memory survives: 0 erases, 1 keeps.",
         NULL},
        {NULL, "c^{<t>}=\\Gamma_u*\\tilde{c}^{<t>}+\\strong{\\Gamma_f*c^{<t-1>}}"}};
    static const char *const choices[] = {"The letter itself, “o”", "What it remembered, $a^{<3>}$"};
    static const struct panel_task tasks[] = {
        {.text = "Step to $t=4$, the first “o”.", .state = TASK_DONE, .chosen = -1},
        {.text = "Find the unit that erases its memory.", .state = TASK_DONE, .chosen = -1},
        {.text = "Which input drives it there? Read the bars on the right.",
         .state = TASK_NOW,
         .chosen = -1,
         .choices = choices,
         .choice_count = 2,
         .more_hints = true,
         .hint = "Look at the longest bar.",
         .feedback = "The longest bar is another one.",
         .asks_number = true},
        {.text = "Go to $t=5$, the second “o”. Does the same unit erase again?", .state = TASK_LATER, .chosen = -1}};
    static const bool done[] = {true, false, false, false, false};
    return (struct panel_content){.eyebrow = "Lesson 10, part 2 of 5",
                                  .part = 1,
                                  .part_count = 5,
                                  .part_done = done,
                                  .title = "The forget gate",
                                  .blocks = blocks,
                                  .block_count = 2,
                                  .tasks = tasks,
                                  .task_count = 4,
                                  .previous = "Memory cell",
                                  .next = "Update gate",
                                  .answer = answer,
                                  .answer_size = size};
}

int main(int count, char **words) {
    struct err err = {0};
    if (count < 2) return fprintf(stderr, "usage: render_inspector OUT.png [name value]...\n"), 2;
    enum cell_id cell = CELL_LSTM;
    cell_by_name(argument(count, words, "cell", "lstm"), &cell);
    struct fixture f;
    bool good =
        fixture_open(&f, cell, atoi(argument(count, words, "hidden", "8")), argument(count, words, "word", "troodon"),
                     atoi(argument(count, words, "steps", "300")), &err);
    float scale = (float)atof(argument(count, words, "scale", "1")), width = 368, height = 732, px = -1, py = -1;
    sscanf(argument(count, words, "size", "368x732"), "%fx%f", &width, &height);
    sscanf(argument(count, words, "pointer", "-1x-1"), "%fx%f", &px, &py);
    struct capture *capture = good ? capture_new(scale, &err) : NULL;
    if (!capture) return fprintf(stderr, "%s\n", err.message), 1;
    f.state.unit = atoi(argument(count, words, "unit", "7")) - 1;
    f.state.notation = (enum notation)atoi(argument(count, words, "notation", "0"));
    if (atoi(argument(count, words, "itemised", "1")) == 0) f.scene.insights = NULL;
    f.scene.position = position_of(&f, argument(count, words, "kind", "PART"), atoi(argument(count, words, "t", "4")),
                                   atoi(argument(count, words, "which", "0")));
    const struct theme *theme =
        theme_get(strcmp(argument(count, words, "theme", "light"), "dark") == 0 ? THEME_DARK : THEME_LIGHT);
    struct draw_list list;
    draw_init(&list, capture_fonts(capture));
    struct ui *ui = calloc(1, sizeof *ui);
    ui_init(ui);
    char answer[32] = "";
    struct panel_content content = sample_content(answer, sizeof answer);
    const char *view = argument(count, words, "view", "inspector");
    for (int frame = 0; frame < 3; frame++) { // hover and scroll settle
        if (px >= 0) ui_push_event(ui, &(struct input_event){.kind = INPUT_MOVE, .at = {px, py}});
        draw_begin(&list, width, height, scale);
        ui_begin(ui, &list, theme, frame * 0.1);
        rect r = {0, 0, width, height};
        draw_rect(&list, r, theme->stage, 0);
        if (strcmp(view, "inspector") == 0)
            view_inspector(ui, r, &f.scene);
        else if (strcmp(view, "diagram") == 0)
            diagram_draw(&list, theme, rect_inset(r, 12), cell, DIAGRAM_INSPECTOR, &f.scene);
        else if (strcmp(view, "cell") == 0)
            diagram_draw(&list, theme, (rect){62, 40, width - 124, height - 80}, cell, DIAGRAM_FULL, &f.scene);
        else if (strcmp(view, "thumb") == 0)
            diagram_draw(&list, theme, rect_inset(r, 12), cell, DIAGRAM_THUMBNAIL, NULL);
        else if (strcmp(view, "flow") == 0)
            view_flow(ui, r, &f.scene);
        else if (strcmp(view, "panel") == 0)
            view_panel(ui, r, &content);
        else if (strcmp(view, "rail") == 0)
            view_panel_rail(ui, (rect){0, 0, 48, height}, &content);
        ui_end(ui);
    }
    good = capture_save(capture, &list, theme->app, words[1], &err);
    if (!good) fprintf(stderr, "%s\n", err.message);
    ui_release(ui);
    free(ui);
    draw_release(&list);
    capture_free(capture);
    fixture_close(&f);
    return good ? 0 : 1;
}
