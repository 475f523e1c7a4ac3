#pragma once
// The tree of a formula between its parser (mathtree.c) and its layout (mathbox.c). Nodes live in one array of fixed
// size, on the stack of whoever draws; children are indices, -1 = none. Texts point into the markup or at literals.

#include "font.h"
#include <stdbool.h>

enum math_kind {
    MATH_ROW,      // child: its first item
    MATH_GLYPHS,   // letters, figures, names, brackets
    MATH_OPERATOR, // with gaps on both sides
    MATH_STAR,     // the six-armed one
    MATH_PUNCT,
    MATH_SPACE,
    MATH_BIG,      // a sum: larger, its scripts lower
    MATH_SCRIPTS,  // child: base, child2: super, child3: sub
    MATH_FRACTION, // child: above, child2: below
    MATH_HAT,
    MATH_TILDE,
    MATH_NORM,
    MATH_COLORED,
    MATH_STRONG, // child: what is inside
    MATH_VALUE,  // a number with its source
    MATH_LINK,   // child: what is inside; text: its key
};

struct math_node {
    enum math_kind kind;
    enum font font;
    const char *text; // of GLYPHS, OPERATOR, PUNCT, BIG
    int length;
    bool named;   // GLYPHS of a word such as \\ln
    float amount; // SPACE: its width in sizes; VALUE: the gap behind its sign in pixels
    int child, child2, child3;
    int next;          // in a row
    char hue;          // COLORED: a letter of "afuocr"
    int value, digits; // VALUE
    bool sign;         // VALUE: written as an operator
    // Layout, in logical pixels: lean is how far the ink stands out to the right.
    float size, x, width, ascent, descent, lean;
    bool small; // in a script
};

enum { MATH_NODES = 400, MATH_DEPTH = 24 };

struct math_formula {
    struct math_node nodes[MATH_NODES];
    int count;
    const char *text;       // the markup
    int at, depth, scripts; // of the parser: offset, nesting of braces, nesting of ^ and _
    const char *fault;      // what is wrong, or NULL
    int fault_at;           // and at which byte
};

int math_parse(struct math_formula *formula, const char *markup); // the root, a row
int math_plain(struct math_formula *formula, const char *markup); // the root of the markup shown as it is written
