#include "theme.h"
#include <math.h>

// clang-format off
#define RGB(hex) {(0x##hex >> 16) & 255, (0x##hex >> 8) & 255, 0x##hex & 255, 255}

static const struct theme themes[THEME_COUNT] = {
    [THEME_LIGHT] = {
        .id = THEME_LIGHT,
        .app = RGB(F2F2EF), .stage = RGB(FBFBF9), .panel = RGB(FFFFFF), .sunk = RGB(EDEDEA), .belt = RGB(E9E9E5),
        .line = RGB(E0E0DC), .line2 = RGB(C4C6C3), .ghost = RGB(D3D4D1),
        .ink1 = RGB(14171B), .ink2 = RGB(454B53), .ink3 = RGB(646A73), .btn = RGB(14171B), .on_btn = RGB(FFFFFF),
        .hi = RGB(FFD92E), .on_hi = RGB(14171B), .hi_soft = RGB(FFF1A8),
        .act_n = RGB(1558A6), .act_0 = RGB(EFEFEC), .act_p = RGB(BF4F06), .tile_edge = RGB(C9CBC8),
        .g0 = RGB(E4E6E7), .g1 = RGB(1F2D3A), .gr_n = RGB(5F9A22), .gr_p = RGB(90125F),
        .grad = RGB(90125F), .grad_f = RGB(C9609F), .loss = RGB(90125F), .m_a = RGB(86640A), .m_b = RGB(07666E),
        .m_c = RGB(6600AA), .m_d = RGB(114400),
        .err = RGB(B3261E), .warn = RGB(8A5300),
        .identity = {[HUE_A] = RGB(14171B), [HUE_F] = RGB(D55E00), [HUE_U] = RGB(009E73),
                     [HUE_O] = RGB(0072B2), [HUE_C] = RGB(E69F00), [HUE_R] = RGB(CC79A7)},
        .identity_ink = {[HUE_A] = RGB(14171B), [HUE_F] = RGB(AD4600), [HUE_U] = RGB(00714F),
                         [HUE_O] = RGB(0A629C), [HUE_C] = RGB(855700), [HUE_R] = RGB(9C4577)},
    },
    [THEME_DARK] = {
        .id = THEME_DARK, .dark = true,
        .app = RGB(0E1113), .stage = RGB(131618), .panel = RGB(181C1F), .sunk = RGB(22272B), .belt = RGB(23282C),
        .line = RGB(2B3035), .line2 = RGB(454C52), .ghost = RGB(353B40),
        .ink1 = RGB(F1F2EF), .ink2 = RGB(BBC1C6), .ink3 = RGB(949BA2), .btn = RGB(F1F2EF), .on_btn = RGB(14171B),
        .hi = RGB(FFD92E), .on_hi = RGB(14171B), .hi_soft = RGB(4A4012),
        .act_n = RGB(5AA5F2), .act_0 = RGB(2A2F33), .act_p = RGB(F28A3C), .tile_edge = RGB(474E54),
        .g0 = RGB(2A3136), .g1 = RGB(DCE6EE), .gr_n = RGB(A9DE6E), .gr_p = RGB(E564AE),
        .grad = RGB(E564AE), .grad_f = RGB(9C4A7D), .loss = RGB(E564AE), .m_a = RGB(D9B24A), .m_b = RGB(45BAC4),
        .m_c = RGB(AA77FF), .m_d = RGB(88FFAA),
        .err = RGB(FF8A80), .warn = RGB(EDB43C),
        .identity = {[HUE_A] = RGB(F1F2EF), [HUE_F] = RGB(E8702A), [HUE_U] = RGB(1FB58A),
                     [HUE_O] = RGB(4DA3E0), [HUE_C] = RGB(E9A91F), [HUE_R] = RGB(D98DB6)},
        .identity_ink = {[HUE_A] = RGB(F1F2EF), [HUE_F] = RGB(F58B4C), [HUE_U] = RGB(35C79C),
                         [HUE_O] = RGB(6FB8EC), [HUE_C] = RGB(EDB43C), [HUE_R] = RGB(E5A3C7)},
    },
    [THEME_LIGHT_CONTRAST] = {
        .id = THEME_LIGHT_CONTRAST, .contrast = true,
        .app = RGB(FFFFFF), .stage = RGB(FFFFFF), .panel = RGB(FFFFFF), .sunk = RGB(F0F0EE), .belt = RGB(DCDCD8),
        .line = RGB(82878B), .line2 = RGB(4A4F55), .ghost = RGB(82878B),
        .ink1 = RGB(000000), .ink2 = RGB(1C2025), .ink3 = RGB(33393F), .btn = RGB(000000), .on_btn = RGB(FFFFFF),
        .hi = RGB(FFD92E), .on_hi = RGB(000000), .hi_soft = RGB(FFF1A8),
        .act_n = RGB(0B3F7D), .act_0 = RGB(F4F4F2), .act_p = RGB(B84700), .tile_edge = RGB(6B7075),
        .g0 = RGB(E4E6E7), .g1 = RGB(0C141B), .gr_n = RGB(528A12), .gr_p = RGB(6E0A47),
        .grad = RGB(6E0A47), .grad_f = RGB(A2437F), .loss = RGB(6E0A47), .m_a = RGB(664A00), .m_b = RGB(00466B),
        .m_c = RGB(330044), .m_d = RGB(003300),
        .err = RGB(8E1B14), .warn = RGB(663D00),
        .identity = {[HUE_A] = RGB(000000), [HUE_F] = RGB(A34200), [HUE_U] = RGB(00704F),
                     [HUE_O] = RGB(005A94), [HUE_C] = RGB(855700), [HUE_R] = RGB(94406E)},
        .identity_ink = {[HUE_A] = RGB(000000), [HUE_F] = RGB(8A3700), [HUE_U] = RGB(00543B),
                         [HUE_O] = RGB(064B77), [HUE_C] = RGB(634000), [HUE_R] = RGB(772F5A)},
    },
    [THEME_DARK_CONTRAST] = {
        .id = THEME_DARK_CONTRAST, .dark = true, .contrast = true,
        .app = RGB(000000), .stage = RGB(000000), .panel = RGB(000000), .sunk = RGB(16191B), .belt = RGB(2A3036),
        .line = RGB(747A80), .line2 = RGB(AEB4B9), .ghost = RGB(747A80),
        .ink1 = RGB(FFFFFF), .ink2 = RGB(E6E9EB), .ink3 = RGB(C8CED2), .btn = RGB(FFFFFF), .on_btn = RGB(000000),
        .hi = RGB(FFD92E), .on_hi = RGB(000000), .hi_soft = RGB(4A4012),
        .act_n = RGB(7FBCFF), .act_0 = RGB(1C2024), .act_p = RGB(FFA45C), .tile_edge = RGB(8A9197),
        .g0 = RGB(2A3136), .g1 = RGB(F2F7FA), .gr_n = RGB(CBF79A), .gr_p = RGB(E64FA6),
        .grad = RGB(FF8CCB), .grad_f = RGB(A2588A), .loss = RGB(FF8CCB), .m_a = RGB(EBC766), .m_b = RGB(6AD6DF),
        .m_c = RGB(CC88FF), .m_d = RGB(BBFFBB),
        .err = RGB(FFABA3), .warn = RGB(FFCF66),
        .identity = {[HUE_A] = RGB(FFFFFF), [HUE_F] = RGB(FF8F4D), [HUE_U] = RGB(3FD3A6),
                     [HUE_O] = RGB(72BDF5), [HUE_C] = RGB(FFC34D), [HUE_R] = RGB(EFAACB)},
        .identity_ink = {[HUE_A] = RGB(FFFFFF), [HUE_F] = RGB(FFA066), [HUE_U] = RGB(4FDCB1),
                         [HUE_O] = RGB(8CCBFA), [HUE_C] = RGB(FFCA61), [HUE_R] = RGB(F4BAD6)},
    },
};
// clang-format on

const struct theme *theme_get(enum theme_id id) {
    return &themes[id >= 0 && id < THEME_COUNT ? id : THEME_LIGHT];
}

enum theme_id theme_of(bool dark, bool contrast) {
    return contrast ? dark ? THEME_DARK_CONTRAST : THEME_LIGHT_CONTRAST : dark ? THEME_DARK : THEME_LIGHT;
}

// sRGB transfer function, IEC 61966-2-1.
static double to_linear(uint8_t v) {
    double c = v / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static uint8_t from_linear(double c) {
    c = fmax(0, c);
    double g = c <= 0.0031308 ? 12.92 * c : 1.055 * pow(c, 1 / 2.4) - 0.055;
    return (uint8_t)floor(255 * fmin(1, g) + 0.5);
}

struct lab {
    double l, a, b;
};

// OKLab: Ottosson 2020, "A perceptual color space for image processing".
static struct lab to_lab(color c) {
    double r = to_linear(c.r), g = to_linear(c.g), b = to_linear(c.b);
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return (struct lab){0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
                        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

static color from_lab(struct lab c, uint8_t alpha) {
    double l = c.l + 0.3963377774 * c.a + 0.2158037573 * c.b;
    double m = c.l - 0.1055613458 * c.a - 0.0638541728 * c.b;
    double s = c.l - 0.0894841775 * c.a - 1.2914855480 * c.b;
    l = l * l * l, m = m * m * m, s = s * s * s;
    return (color){from_linear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                   from_linear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                   from_linear(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s), alpha};
}

static float unit(float v) {
    return v > 0 ? fminf(v, 1) : 0;
} // NaN becomes 0

color color_mix(color a, color b, float t) {
    t = unit(t);
    if (t == 0) return a;
    if (t == 1) return b;
    struct lab p = to_lab(a), q = to_lab(b);
    struct lab m = {p.l + (q.l - p.l) * t, p.a + (q.a - p.a) * t, p.b + (q.b - p.b) * t};
    return from_lab(m, (uint8_t)lrintf((float)a.a + ((float)b.a - (float)a.a) * t));
}

color ramp_value(const struct theme *theme, float v) {
    return color_mix(theme->act_0, v < 0 ? theme->act_n : theme->act_p, powf(unit(fabsf(v)), 0.85f));
}

color ramp_gate(const struct theme *theme, float v) {
    return color_mix(theme->g0, theme->g1, 0.25f + 0.75f * unit(v));
}

color ramp_gate_small(const struct theme *theme, float v) {
    return color_mix(theme->g0, theme->g1, unit(v));
}

float gradient_length(float g) {
    return unit((log10f(fabsf(g) + 1e-30f) + 3) / 4);
}

color color_alpha(color c, float alpha) {
    c.a = (uint8_t)lrintf((float)c.a * unit(alpha));
    return c;
}

static double luminance(color c) {
    return 0.2126 * to_linear(c.r) + 0.7152 * to_linear(c.g) + 0.0722 * to_linear(c.b);
}

// WCAG 2.1, "contrast ratio".
double color_contrast(color a, color b) {
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

double color_distance(color a, color b) {
    struct lab p = to_lab(a), q = to_lab(b);
    return 100 * sqrt((p.l - q.l) * (p.l - q.l) + (p.a - q.a) * (p.a - q.a) + (p.b - q.b) * (p.b - q.b));
}
