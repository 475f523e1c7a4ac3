#include "input_picture.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_RANGE = 12 }; // of pitches

const double *input_picture_values(const struct input_picture *p, int t) {
    return tape_value(p->record->tape, 0, 0, p->slot, t);
}

static const char *symbol_at(const struct input_picture *p, int t) {
    const int *x = p->record->example.x;
    return x && t >= 0 && x[t] >= 0 ? record_symbol(p->record, x[t]) : "";
}

// --- what there is ---

static void take_pitch(struct input_picture *p, int pitch) {
    if (pitch < 0) return;
    if (p->highest < 0 || pitch < p->lowest) p->lowest = pitch;
    if (pitch > p->highest) p->highest = pitch;
}

static void find_pitches(struct input_picture *p) {
    const struct net_spec *spec = &p->record->layout.spec;
    p->lowest = p->highest = -1;
    for (int t = 0; t < record_T(p->record); t++) {
        if (!spec->real_input) take_pitch(p, picture_pitch(symbol_at(p, t)));
        for (int k = 0; spec->real_input && k < spec->inputs; k++)
            if (input_picture_values(p, t)[k] > 0.5) take_pitch(p, p->what.lowest + k);
    }
    for (bool up = true; p->highest >= 0 && p->highest - p->lowest < LEAST_RANGE; up = !up)
        up ? p->highest++ : p->lowest--;
}

struct input_picture input_picture_of(const struct scene *scene, const struct record *side) {
    struct input_picture p = {.what = scene->picture, .record = side, .slot = record_cell(side)->input};
    const struct net_spec *spec = &side->layout.spec;
    bool fits = true;
    switch (p.what.kind) {
    case PICTURE_SPECTROGRAM:
        fits = spec->real_input && p.what.high > p.what.low;
        break;
    case PICTURE_FIGURE:
        fits = spec->real_input && spec->inputs == FIGURE_JOINTS;
        break;
    case PICTURE_ENTITIES:
        fits = !spec->real_input && side->answers;
        break;
    case PICTURE_PIANO_ROLL:
        find_pitches(&p);
        fits = p.highest >= 0;
        break;
    default:
        fits = !spec->real_input;
    }
    // Of an encoder-decoder the picture is that of what is read from outside.
    if (!fits || record_is_decoder(side)) p.what.kind = PICTURE_NONE;
    return p;
}

bool input_picture_fills(const struct input_picture *p) {
    return p->what.kind == PICTURE_SPECTROGRAM || p->what.kind == PICTURE_PIANO_ROLL || p->what.kind == PICTURE_FIGURE;
}

// --- sound ---

static rect band_at(rect r, int n, int k) {
    float h = r.h / (float)n;
    return (rect){r.x, r.y + r.h - (float)(k + 1) * h, r.w, h};
}

// The louder, the more ink.
static void spectrogram(struct draw_list *list, const struct theme *theme, const struct input_picture *p, rect r, int t,
                        enum picture_look look) {
    const double *values = input_picture_values(p, t);
    int n = p->record->layout.spec.inputs;
    draw_rect_exact(list, r, theme->panel, 0);
    for (int k = 0; k < n; k++) {
        float v = (float)((values[k] - p->what.low) / (p->what.high - p->what.low));
        v = v > 0 ? fminf(v, 1) : 0; // what is no number is silent
        rect band = band_at(r, n, k);
        color ink = color_mix(theme->panel, theme->ink1, look == LOOK_AHEAD ? 0.45f * v : 0.95f * v);
        draw_rect_exact(list, (rect){band.x, band.y, band.w, band.h + 0.2f}, ink, 0);
    }
}

// --- notes ---

int input_picture_note(const struct input_picture *p, int t, bool *begins) {
    *begins = true;
    for (; t >= 0; t--) {
        const char *name = symbol_at(p, t);
        int pitch = picture_pitch(name);
        if (pitch >= 0) return pitch;
        if (strcmp(name, "-") != 0) return -1; // only a held note goes on
        *begins = false;
    }
    return -1;
}

static rect key_at(const struct input_picture *p, rect r, int pitch) {
    return band_at(r, p->highest - p->lowest + 1, pitch - p->lowest);
}

static void note(struct draw_list *list, const struct input_picture *p, rect r, int pitch, bool begins, color ink) {
    rect key = key_at(p, r, pitch);
    float h = fmaxf(2.5f, key.h), gap = begins ? fminf(1.5f, r.w * 0.15f) : 0;
    draw_rect_exact(list, (rect){r.x + gap, key.y + key.h / 2 - h / 2, r.w - gap, h}, ink, begins ? 1 : 0);
}

// The black keys are darker rows; a line under each C.
static void keyboard(struct draw_list *list, const struct theme *theme, const struct input_picture *p, rect r) {
    draw_rect_exact(list, r, theme->panel, 0);
    for (int pitch = p->lowest; pitch <= p->highest; pitch++) {
        rect key = key_at(p, r, pitch);
        if (0x54A >> pitch % 12 & 1) draw_rect_exact(list, key, color_mix(theme->panel, theme->belt, 0.7f), 0);
        if (pitch % 12 == 0) draw_rect_exact(list, (rect){r.x, key.y + key.h - 0.5f, r.w, 1}, theme->line2, 0);
    }
}

static void piano_roll(struct draw_list *list, const struct theme *theme, const struct input_picture *p, rect r, int t,
                       enum picture_look look) {
    color ink = look == LOOK_AHEAD ? theme->line2 : theme->ink1;
    keyboard(list, theme, p, r);
    const struct net_spec *spec = &p->record->layout.spec;
    if (!spec->real_input) {
        bool begins;
        int pitch = input_picture_note(p, t, &begins);
        if (pitch >= 0) note(list, p, r, pitch, begins, ink);
        return;
    }
    const double *values = input_picture_values(p, t), *before = t > 0 ? input_picture_values(p, t - 1) : NULL;
    for (int pitch = p->lowest; pitch <= p->highest; pitch++) {
        int k = pitch - p->what.lowest;
        if (k >= 0 && k < spec->inputs && values[k] > 0.5) note(list, p, r, pitch, !before || before[k] <= 0.5, ink);
    }
}

// --- the figure ---

static const float trunk = 0.52f, neck = 0.1f, head = 0.11f, upper_arm = 0.3f, lower_arm = 0.28f, thigh = 0.48f,
                   shin = 0.48f, standing = 0.96f, figure_height = 2.05f; // standing: of the hips; all: with a jump

// From a point in a direction: 0 is down, forward (right) above 0.
static point limb(point from, double angle, float length) {
    return (point){from.x + (float)sin(angle) * length, from.y + (float)cos(angle) * length};
}

static void stroke_limb(struct draw_list *list, point a, point b, point c, color ink, float width) {
    draw_path_move(list, a.x, a.y);
    draw_path_line(list, b.x, b.y);
    draw_path_line(list, c.x, c.y);
    draw_path_stroke(list, ink, width, false, true);
}

struct figure {
    point hips, shoulders, head;
    point elbow[2], hand[2], knee[2], foot[2];
    float k; // pixels of a unit
};

static struct figure figure_at(const double *joints, rect r) {
    struct figure f = {.k = r.h / figure_height};
    double lean = joints[FIGURE_LEAN];
    f.hips = (point){r.x + r.w / 2, r.y + r.h - 0.04f * r.h - (float)joints[FIGURE_HEIGHT] * standing * f.k};
    f.shoulders = limb(f.hips, M_PI - lean, trunk * f.k);
    f.head = limb(f.hips, M_PI - lean, (trunk + neck + head) * f.k);
    for (int side = 0; side < 2; side++) {
        const double *at = joints + 2 * side;
        double arm = at[FIGURE_SHOULDER_LEFT] - lean, leg = at[FIGURE_HIP_LEFT] - lean;
        f.elbow[side] = limb(f.shoulders, arm, upper_arm * f.k);
        f.hand[side] = limb(f.elbow[side], arm + at[FIGURE_ELBOW_LEFT], lower_arm * f.k);
        f.knee[side] = limb(f.hips, leg, thigh * f.k);
        f.foot[side] = limb(f.knee[side], leg - at[FIGURE_KNEE_LEFT], shin * f.k);
    }
    return f;
}

void input_picture_figure(struct draw_list *list, const double *joints, rect r, color near, color far, float width) {
    struct figure f = figure_at(joints, r);
    stroke_limb(list, f.shoulders, f.elbow[1], f.hand[1], far, width);
    stroke_limb(list, f.hips, f.knee[1], f.foot[1], far, width);
    stroke_limb(list, f.shoulders, f.hips, f.hips, near, width * 1.25f);
    stroke_limb(list, f.hips, f.knee[0], f.foot[0], near, width);
    stroke_limb(list, f.shoulders, f.elbow[0], f.hand[0], near, width);
    draw_circle(list, f.head, head * f.k, near);
}

static bool finite_pose(const double *joints) {
    for (int k = 0; k < FIGURE_JOINTS; k++)
        if (!isfinite(joints[k])) return false;
    return true;
}

static void figure(struct draw_list *list, const struct theme *theme, const struct input_picture *p, rect r, int t,
                   enum picture_look look) {
    const double *joints = input_picture_values(p, t);
    bool ahead = look == LOOK_AHEAD;
    if (!finite_pose(joints)) return;
    draw_rect_exact(list, (rect){r.x, r.y + r.h - 0.04f * r.h, r.w, 1}, theme->line, 0);
    input_picture_figure(list, joints, r, ahead ? theme->line2 : theme->ink1, ahead ? theme->ghost : theme->ink3,
                         fmaxf(1.2f, r.h / 36));
}

static int joint_hit(const struct input_picture *p, rect r, int t, point at, rect *tile) {
    struct figure f = figure_at(input_picture_values(p, t), r);
    // A joint is met at the end of the limb that it turns.
    const point where[FIGURE_JOINTS] = {f.shoulders, f.elbow[0], f.hand[0], f.elbow[1], f.hand[1],
                                        f.knee[0],   f.foot[0],  f.knee[1], f.foot[1],  f.hips};
    int best = -1;
    float nearest = 9;
    for (int k = 0; k < FIGURE_JOINTS; k++) {
        float d = hypotf(at.x - where[k].x, at.y - where[k].y);
        if (d >= nearest) continue;
        nearest = d, best = k;
        *tile = (rect){where[k].x - 3, where[k].y - 3, 6, 6};
    }
    return best;
}

// --- a column ---

void input_picture_draw(struct draw_list *list, const struct theme *theme, const struct input_picture *p, rect r, int t,
                        enum picture_look look) {
    if (p->what.kind == PICTURE_SPECTROGRAM) spectrogram(list, theme, p, r, t, look);
    if (p->what.kind == PICTURE_PIANO_ROLL) piano_roll(list, theme, p, r, t, look);
    if (p->what.kind == PICTURE_FIGURE) figure(list, theme, p, r, t, look);
}

int input_picture_hit(const struct input_picture *p, rect r, int t, point at, rect *tile) {
    const struct net_spec *spec = &p->record->layout.spec;
    if (!spec->real_input || !rect_has(r, at)) return -1;
    float part = (r.y + r.h - at.y) / r.h;
    int k = -1;
    if (p->what.kind == PICTURE_FIGURE) return joint_hit(p, r, t, at, tile);
    if (p->what.kind == PICTURE_SPECTROGRAM) {
        k = (int)(part * (float)spec->inputs);
        *tile = band_at(r, spec->inputs, k);
    }
    if (p->what.kind == PICTURE_PIANO_ROLL) {
        int pitch = p->lowest + (int)(part * (float)(p->highest - p->lowest + 1));
        k = pitch - p->what.lowest;
        *tile = key_at(p, r, pitch);
    }
    return k >= 0 && k < spec->inputs ? k : -1;
}

// --- symbols ---

static const char *tag_at(const struct input_picture *p, int t) {
    const int *target = p->record->example.target;
    if (p->what.kind != PICTURE_ENTITIES || t < 0 || target[t] < 0) return "O";
    return record_answer(p->record, target[t]);
}

const char *input_picture_entity(const struct input_picture *p, int t) {
    const char *tag = tag_at(p, t);
    return strlen(tag) > 2 && tag[1] == '-' ? tag + 2 : NULL;
}

bool input_picture_goes_on(const struct input_picture *p, int t) {
    const char *here = input_picture_entity(p, t), *before = t > 0 ? input_picture_entity(p, t - 1) : NULL;
    char first = tag_at(p, t)[0];
    return here && before && !strcmp(here, before) && first != 'B' && first != 'S' && first != 'U';
}

// Kinds of entity in the order in which the answers name them first.
static int entity_kind(const struct input_picture *p, const char *entity) {
    int kind = 0;
    for (int k = 0; k < p->record->answer_count; k++) {
        const char *answer = p->record->answers[k];
        if (strlen(answer) < 3 || answer[1] != '-') continue;
        if (!strcmp(answer + 2, entity)) return kind;
        bool seen = false;
        for (int i = 0; i < k && !seen; i++)
            seen = strlen(p->record->answers[i]) > 2 && !strcmp(p->record->answers[i] + 2, answer + 2);
        kind += !seen;
    }
    return kind;
}

color input_picture_ink(const struct theme *theme, const struct input_picture *p, int t) {
    static const enum theme_identity hues[] = {HUE_O, HUE_F, HUE_U, HUE_R, HUE_C};
    enum { HUES = sizeof hues / sizeof *hues };
    const char *entity = input_picture_entity(p, t);
    if (entity) {
        int kind = entity_kind(p, entity) % (HUES + 1);
        return kind < HUES ? theme->identity_ink[hues[kind]] : theme->m_b;
    }
    if (p->what.kind != PICTURE_DNA) return (color){0};
    const char *base = symbol_at(p, t);
    const char *place = base[0] && !base[1] ? strchr("ACGTU", toupper((unsigned char)base[0])) : NULL;
    static const enum theme_identity bases[] = {HUE_U, HUE_O, HUE_C, HUE_F, HUE_F};
    return place ? theme->identity_ink[bases[place - "ACGTU"]] : (color){0};
}

void input_picture_words(const struct input_picture *p, int t, char *out, size_t size) {
    const char *entity = input_picture_entity(p, t);
    *out = 0;
    switch (p->what.kind) {
    case PICTURE_SPECTROGRAM:
        snprintf(out, size, "%d bands of sound, low ones below; ink is loudness", p->record->layout.spec.inputs);
        break;
    case PICTURE_PIANO_ROLL:
        snprintf(out, size, "pitch upwards, time to the right; a line under each C");
        break;
    case PICTURE_FIGURE:
        snprintf(out, size, "nine angles, and the height of the hips");
        break;
    case PICTURE_ENTITIES:
        if (entity) snprintf(out, size, "tagged as %s", entity);
        break;
    case PICTURE_DNA:
        if (p->what.frame >= 0 && t >= p->what.frame)
            snprintf(out, size, "base %d of codon %d", (t - p->what.frame) % 3 + 1, (t - p->what.frame) / 3 + 1);
        break;
    default:
        break;
    }
}
