#pragma once
// Inside of the view of the gradient check: what its files share for one frame.

#include "check_view.h"
#include "mathbox.h"
#include "scene.h"

#define CHECK_PASS 1e-6 // GRADCHECK_TOLERANCE of the core, as the table says it

struct check_page {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct record *record;
    struct check_memory *memory;
    struct check_question question;
    struct weight_check answer; // as far as it is there
    bool answered;              // any of it
    struct tensor_check tensors[CHECK_TENSORS];
    int tensor_count;
    bool all_asked;
    struct source weight, analytic; // of the chosen entry
    char label[96], grad_label[96];
};

// Names of what the checker found, with which tests find it again: row and column are those of the weight.
#define CHECK_MINUS "check/minus"
#define CHECK_PLUS "check/plus"
#define CHECK_DIFFERENCE "check/difference"
#define CHECK_NUMERIC "check/numeric"
#define CHECK_ERROR "check/error"
#define CHECK_DIGITS "check/digits"
#define CHECK_TENSOR_ERROR "check/tensor_error" // row = parameter

void check_curve(struct check_page *p, rect r);  // L around w with the tangent
void check_errors(struct check_page *p, rect r); // relative error over the step size
void check_table(struct check_page *p, rect r);  // every parameter
int check_passed(const struct check_page *p);    // parameters done and within CHECK_PASS
void check_open(struct check_page *p, struct ui *ui, const struct scene *scene);
