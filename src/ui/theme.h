#pragma once
// The colour tokens of the visual guide, for a light and a dark theme and both with high contrast (text at 7 : 1 and
// more, lines at 3 : 1), and the ramps mixed in OKLab. Const tables;
// any thread.

#include "geometry.h"

enum theme_id { THEME_LIGHT, THEME_DARK, THEME_LIGHT_CONTRAST, THEME_DARK_CONTRAST, THEME_COUNT };
enum theme_identity { HUE_A, HUE_F, HUE_U, HUE_O, HUE_C, HUE_R, HUE_COUNT }; // as enum identity of core

struct theme {
    enum theme_id id;
    bool dark, contrast;
    color app, stage, panel, sunk, belt, line, line2, ghost, ink1, ink2, ink3, btn, on_btn, hi, on_hi, hi_soft;
    color act_n, act_0, act_p, tile_edge, g0, g1, gr_n, gr_p, grad, grad_f, loss, m_a, m_b, m_c, m_d, err, warn;
    color identity[HUE_COUNT];     // stroke: outlines shapes
    color identity_ink[HUE_COUNT]; // ink: for the symbol
};

const struct theme *theme_get(enum theme_id id);
enum theme_id theme_of(bool dark, bool contrast);
color color_mix(color a, color b, float t);                // OKLab
color ramp_value(const struct theme *theme, float v);      // v in -1..1: mix(act0, sign end, |v|^0.85)
color ramp_gate(const struct theme *theme, float v);       // v in 0..1: mix(g0, g1, 0.25 + 0.75 v)
color ramp_gate_small(const struct theme *theme, float v); // mix(g0, g1, v): without a fill level
float gradient_length(float g);                            // 0..1: log10 position of |g| in [1e-3, 1e1]
color color_alpha(color c, float alpha);
double color_contrast(color a, color b); // WCAG ratio
double color_distance(color a, color b); // OKLab, times 100
