#include "views.h"

#include "cell_view.h"
#include "edit_part.h"
#include "inspector.h"
#include "widgets.h"
#include <ctype.h>
#include <string.h>

extern const struct view view_of_stage, view_of_cell, view_of_equations, view_of_origin, view_of_gradients,
    view_of_jacobian, view_of_weights, view_of_check, view_of_clip, view_of_sampling, view_of_sentence,
    view_of_homework, view_of_surgery, view_of_compare;

static const struct view *const views[] = {&view_of_stage,     &view_of_cell,     &view_of_equations, &view_of_origin,
                                           &view_of_gradients, &view_of_jacobian, &view_of_weights,   &view_of_check,
                                           &view_of_clip,      &view_of_sampling, &view_of_sentence,  &view_of_homework,
                                           &view_of_surgery,   &view_of_compare};
enum { VIEWS = sizeof views / sizeof *views, MENU_ROW = 32 };
static const char *const menu = "views";

int view_count(void) {
    return VIEWS;
}

const struct view *view_get(int index) {
    return index >= 0 && index < VIEWS ? views[index] : views[VIEW_STAGE];
}

int view_find(const char *name) {
    for (int k = 0; k < VIEWS; k++)
        if (!strcmp(views[k]->name, name)) return k;
    return -1;
}

void view_draw(struct ui *ui, rect r, struct scene *scene, void *const memory[VIEW_MAX]) {
    const struct view *view = view_get(scene->state->view);
    scene->memory = memory[scene->state->view];
    const char *misfit = view->misfit ? view->misfit(scene) : NULL;
    if (!misfit && scene->zoom > 0 && !ui->reduced_motion) {
        cell_zoom(ui, r, scene, views[VIEW_STAGE]);
        return;
    }
    if (!misfit) {
        view->draw(ui, r, scene);
        if (scene->zoom > 0) draw_rect(ui->list, r, color_alpha(ui->theme->stage, scene->zoom), 0);
        return;
    }
    draw_rect(ui->list, r, ui->theme->stage, 0);
    view_title(ui, r, scene, view->title);
    draw_text_fit(ui->list, r.x + 24, r.y + 64, r.w - 48, misfit,
                  (struct text_style){FONT_SANS, 15, ui->theme->ink2, ALIGN_LEFT});
}

void view_draw_side(struct ui *ui, rect r, struct scene *scene, void *const memory[VIEW_MAX]) {
    const struct view *view = view_get(scene->state->view);
    scene->memory = memory[scene->state->view];
    if (view->side && !(view->misfit && view->misfit(scene)))
        view->side(ui, r, scene);
    else
        view_inspector(ui, r, scene);
}

void view_menu_open(struct ui *ui) {
    ui_popup_open(ui, menu);
}

static void view_menu(struct ui *ui, rect anchor, const struct scene *scene) {
    rect r = ui_popup_begin(ui, anchor, 300, MENU_ROW * VIEWS);
    for (int k = 0; k < VIEWS; k++) {
        char key[2] = {(char)toupper(views[k]->key), 0};
        if (!ui_menu_row(ui, rect_cut_top(&r, MENU_ROW), views[k]->title, views[k]->key ? key : NULL,
                         k == scene->state->view))
            continue;
        scene->state->ask = (struct ask){.kind = ASK_VIEW, .index = k};
        ui_popup_close(ui);
    }
    ui_popup_end(ui);
}

float view_title(struct ui *ui, rect r, const struct scene *scene, const char *title) {
    struct text_style bold = {FONT_SANS_SEMIBOLD, 16, ui->theme->ink1, ALIGN_LEFT};
    float width = text_width(ui->list, title, bold);
    rect anchor = {r.x + 16, r.y + 8, width + 36, 32};
    bool open = ui_menu_anchor(ui, anchor, menu);
    draw_text(ui->list, r.x + 24, r.y + 30, title, bold);
    icon_draw(ui->list, ICON_CHEVRON_DOWN, r.x + 28 + width, r.y + 16, 16, ui->theme->ink3, 1.5f);
    if (open) view_menu(ui, anchor, scene);
    return edit_chip(ui, r.x + 48 + width, r.y + 10, scene);
}
