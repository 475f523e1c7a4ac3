// A person who moves, as the angles of the joints frame by frame: which activity is it? Movements are made by rules
// (kinematics): each joint follows a curve over the phase of the movement; speed, start, size and build differ from
// example to example, and every number has noise. A fall and a jump begin as standing, a wave may end as it.
#include "picture.h"
#include "task.h"

#include <math.h>

enum { LEAST = 20, MOST = 30 }; // frames
enum activity { WALK, JUMP, WAVE, FALL, ACTIVITIES };

static const char *const names[] = {"walk", "jump", "wave", "fall", NULL};

struct actor {
    double start, speed; // phase at the first frame, and what a frame adds
    double size;         // of the movement
    double arm;          // how high one waves; how far the arms go in a fall
    bool right;          // who begins
};

// A bump: 0 outside [from, to], 1 in the middle.
static double bump(double x, double from, double to) {
    return x <= from || x >= to ? 0 : 0.5 - 0.5 * cos(2 * M_PI * (x - from) / (to - from));
}

// From 0 to 1 between two places, smoothly.
static double rise(double x, double from, double to) {
    double k = x <= from ? 0 : x >= to ? 1 : (x - from) / (to - from);
    return k * k * (3 - 2 * k);
}

static void stand(double *joints) {
    for (int k = 0; k < FIGURE_JOINTS; k++)
        joints[k] = 0;
    joints[FIGURE_ELBOW_LEFT] = joints[FIGURE_ELBOW_RIGHT] = 0.15;
    joints[FIGURE_HEIGHT] = 1;
}

// How far the knee is bent: from where the leg is at its back to where it is at its front.
static double lift(double phase) {
    double x = phase + 0.3 - floor(phase + 0.3);
    return 0.7 * bump(x, 0, 0.5);
}

static void walk(double phase, const struct actor *who, double *joints) {
    double swing = sin(2 * M_PI * phase) * who->size, other = phase + 0.5;
    joints[FIGURE_LEAN] = 0.08;
    joints[FIGURE_HIP_LEFT] = 0.05 + 0.42 * swing;
    joints[FIGURE_HIP_RIGHT] = 0.05 - 0.42 * swing;
    joints[FIGURE_KNEE_LEFT] = 0.08 + lift(phase) * who->size; // while the leg swings forward
    joints[FIGURE_KNEE_RIGHT] = 0.08 + lift(other) * who->size;
    joints[FIGURE_SHOULDER_LEFT] = -0.4 * swing;
    joints[FIGURE_SHOULDER_RIGHT] = 0.4 * swing;
    joints[FIGURE_ELBOW_LEFT] = 0.3 - 0.15 * swing;
    joints[FIGURE_ELBOW_RIGHT] = 0.3 + 0.15 * swing;
    joints[FIGURE_HEIGHT] = 0.98 - 0.02 * cos(4 * M_PI * phase);
}

// Down, up through the air, down again on landing.
static void jump(double phase, const struct actor *who, double *joints) {
    double x = phase - floor(phase), bend = bump(x, 0.15, 0.5) + 0.6 * bump(x, 0.75, 1), air = bump(x, 0.42, 0.85);
    bend *= who->size;
    joints[FIGURE_LEAN] = 0.3 * bend;
    for (int side = 0; side < 2; side++) {
        int two = 2 * side;
        joints[FIGURE_HIP_LEFT + two] = 0.7 * bend + 0.1 * air;
        joints[FIGURE_KNEE_LEFT + two] = 1.1 * bend + 0.2 * air;
        joints[FIGURE_SHOULDER_LEFT + two] = -0.6 * bend + 2.2 * air * who->size;
    }
    joints[FIGURE_HEIGHT] = 1 - 0.2 * bend + 0.35 * air * who->size;
}

static void wave(double phase, const struct actor *who, double *joints) {
    double up = rise(phase, 0.1, 0.8);
    int arm = who->right ? 2 : 0;
    joints[FIGURE_SHOULDER_LEFT + arm] = who->arm * up;
    joints[FIGURE_ELBOW_LEFT + arm] = 0.15 + up * (0.5 + 0.5 * who->size * sin(4 * M_PI * phase));
}

// The trunk goes over; knees give way a little; the arms reach out.
static void fall(double phase, const struct actor *who, double *joints) {
    double down = rise(phase, 0.25, 1), give = bump(phase, 0.15, 0.95);
    joints[FIGURE_LEAN] = (who->right ? 1.45 : -1.45) * down;
    for (int side = 0; side < 2; side++) {
        int two = 2 * side;
        joints[FIGURE_HIP_LEFT + two] = (side ? 0.5 : 0.3) * give;
        joints[FIGURE_KNEE_LEFT + two] = (side ? 0.7 : 0.5) * give;
        joints[FIGURE_SHOULDER_LEFT + two] = who->arm * rise(phase, 0.3, 0.7) * (side ? 0.8 : 0.6);
    }
    joints[FIGURE_HEIGHT] = 1 - 0.85 * down;
}

static void pose(enum activity activity, double phase, const struct actor *who, double *joints) {
    static void (*const moves[])(double, const struct actor *, double *) = {walk, jump, wave, fall};
    stand(joints);
    moves[activity](phase, who, joints);
}

static double between(struct rng *rng, double low, double high) {
    return low + (high - low) * rng_uniform(rng);
}

static struct actor cast(enum activity activity, struct rng *rng, int frames) {
    // How many times it is done in the example: of jumps and falls one, which begins with standing.
    static const double least[] = {1, 0.9, 1, 0.9}, most[] = {2.5, 1.2, 2.2, 1.6};
    double times = between(rng, least[activity], most[activity]);
    return (struct actor){.start = activity == WALK ? rng_uniform(rng) : 0,
                          .speed = times / frames,
                          .size = between(rng, 0.7, 1.2),
                          .arm = between(rng, 2, 2.8),
                          .right = rng_below(rng, 2)};
}

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)part;
    enum activity activity = (enum activity)rng_below(rng, ACTIVITIES);
    int frames = LEAST + (int)rng_below(rng, MOST - LEAST + 1);
    struct actor who = cast(activity, rng, frames);
    double noise = (double)settings->values[0] / 100, joints[FIGURE_JOINTS];
    for (int t = 0; t < frames; t++) {
        float seen[FIGURE_JOINTS];
        pose(activity, who.start + who.speed * t, &who, joints);
        for (int k = 0; k < FIGURE_JOINTS; k++)
            seen[k] = (float)(joints[k] + (k == FIGURE_HEIGHT ? 0.3 : 1) * noise * rng_normal(rng));
        builder_vector(out, seen);
    }
    builder_answer(out, activity);
}

const struct task task_video = {
    .id = "video",
    .title = "A moving figure",
    .story = "The angles of a person’s joints are read frame by frame; say whether it walks, jumps, waves or falls.",
    .answers = ANSWERS_ONE,
    .input = VALUES_REALS,
    .output = VALUES_SYMBOLS,
    .channels = FIGURE_JOINTS,
    .symbols = "",
    .answer_symbols = "",
    .answer_words = names,
    .picture = {.kind = PICTURE_FIGURE},
    .parameters = {{"noise", 12, 0, 100, "of every angle, in hundredths of a radian"}},
    .train_count = 800,
    .validation_count = 200,
    .recipe = {.cell = "gru", .layers = 1, .hidden = 16, .steps = 600, .batch = 32, .lr = 0.01, .clip_norm = 1},
    .walk = {.hidden = 12, .steps = 300},
    .measure = MEASURE_ACCURACY,
    .level = 0.98,
    .level_note = "guessing has 0.25",
    .generate = generate,
};
