// The head of the reference, forward and backward: from the last layer's states to logits, answers and losses, and
// back.
#include "check.h"
#include "tape.h"
#include <math.h>
#include <string.h>

// What a timestep should have said: a symbol, or one number an output; -1 and NULL where it carries no loss.
struct answer {
    int symbol;
    const double *values; // (O)
};

static struct answer answer_at(const struct tape *tape, const struct example *example, int t) {
    struct answer answer = {.symbol = example->target ? example->target[t] : -1};
    int O = tape->spec.outputs;
    if (answer.symbol < 0) return (struct answer){.symbol = -1};
    if (tape->spec.output == OUTPUT_SOFTMAX) {
        check(answer.symbol < O, "target %d of %d outputs", answer.symbol, O);
    } else {
        check(example->target_real, "a target without its numbers");
        answer.values = example->target_real + (size_t)t * (size_t)O;
    }
    return answer;
}

// --- outputs: y_hat from the logits z, and the loss ---

// y_hat = exp(z - m) / sum, with m the largest; -ln y_hat[k] = ln sum + m - z[k], exact where y_hat[k] underflows.
static double softmax(const double *z, double *y_hat, int O, struct answer answer) {
    double largest = z[0], sum = 0.0;
    for (int i = 1; i < O; i++)
        largest = z[i] > largest ? z[i] : largest;
    for (int i = 0; i < O; i++)
        sum += y_hat[i] = exp(z[i] - largest);
    for (int i = 0; i < O; i++)
        y_hat[i] /= sum;
    return answer.symbol < 0 ? 0.0 : log(sum) + largest - z[answer.symbol];
}

// -(y ln y_hat + (1 - y) ln(1 - y_hat)) = max(z, 0) - y z + ln(1 + exp(-|z|)): exact where y_hat rounds to 0 or 1.
static double sigmoid(const double *z, double *y_hat, int O, struct answer answer) {
    double loss = 0.0;
    for (int i = 0; i < O; i++) {
        y_hat[i] = 1.0 / (1.0 + exp(-z[i]));
        if (!answer.values) continue;
        loss += (z[i] > 0.0 ? z[i] : 0.0) - answer.values[i] * z[i] + log1p(exp(-fabs(z[i])));
    }
    return loss;
}

static double linear(const double *z, double *y_hat, int O, struct answer answer) {
    double loss = 0.0;
    for (int i = 0; i < O; i++) {
        y_hat[i] = z[i];
        if (!answer.values) continue;
        double distance = z[i] - answer.values[i];
        loss += distance * distance / O;
    }
    return loss;
}

static double (*const outputs[OUTPUT_COUNT])(const double *z, double *y_hat, int O, struct answer answer) = {
    [OUTPUT_SOFTMAX] = softmax,
    [OUTPUT_SIGMOID] = sigmoid,
    [OUTPUT_LINEAR] = linear,
};

// --- forward ---

static size_t head_offset(const struct layout *layout, enum param_role role) {
    return layout->params[layout_param(layout, role, -1, -1)].offset;
}

// (H) the state of one direction that the head at t reads.
static const double *state_read(const struct tape *tape, int direction, int t) {
    return tape_value(tape, tape->spec.layers - 1, direction, tape->cell->state_out[0], head_time(tape, direction, t));
}

double head_forward(struct tape *tape, const struct layout *layout, const double *params, const struct example *example,
                    int t) {
    size_t H = (size_t)tape->spec.hidden, O = (size_t)tape->spec.outputs;
    const double *weights = params + head_offset(layout, PARAM_HEAD);
    double *logits = tape->logits + (size_t)t * O;
    memcpy(logits, params + head_offset(layout, PARAM_HEAD_BIAS), O * sizeof *logits);
    for (int d = 0; d < tape->spec.directions; d++)
        reference_add_product(logits, state_read(tape, d, t), (int)H, weights + (size_t)d * H * O, O, (int)O);
    return tape->loss[t] =
               outputs[tape->spec.output](logits, tape->y_hat + (size_t)t * O, (int)O, answer_at(tape, example, t));
}

// --- backward ---

// All three come out alike: dL/dz = y_hat - y, times 2 / O for the mean of squares.
static void output_gradient(const struct tape *tape, struct answer answer, const double *y_hat, double *d) {
    int O = tape->spec.outputs;
    double scale = tape->factor * reference_break_factor(RULE_OUTPUT);
    if (tape->spec.output == OUTPUT_LINEAR) scale *= 2.0 / O;
    for (int i = 0; i < O; i++) {
        double y = answer.values ? answer.values[i] : i == answer.symbol ? 1.0 : 0.0;
        d[i] = answer.symbol < 0 ? 0.0 : scale * (y_hat[i] - y);
    }
}

void head_backward(struct tape *tape, const struct layout *layout, double *grads, const struct example *example,
                   int t) {
    size_t H = (size_t)tape->spec.hidden, O = (size_t)tape->spec.outputs;
    double *d = tape->logits_grad + (size_t)t * O, factor = reference_break_factor(RULE_HEAD);
    output_gradient(tape, answer_at(tape, example, t), tape->y_hat + (size_t)t * O, d);
    if (!grads) return;
    double *bias = grads + head_offset(layout, PARAM_HEAD_BIAS);
    for (size_t i = 0; i < O; i++)
        bias[i] += factor * d[i];
    for (int direction = 0; direction < tape->spec.directions; direction++)
        reference_add_outer(grads + head_offset(layout, PARAM_HEAD) + (size_t)direction * H * O, O,
                            state_read(tape, direction, t), (int)H, d, (int)O, factor);
}

void head_send(const struct tape *tape, const struct layout *layout, const double *params, int direction, int t,
               double *row) {
    size_t H = (size_t)tape->spec.hidden, O = (size_t)tape->spec.outputs;
    const double *weights = params + head_offset(layout, PARAM_HEAD) + (size_t)direction * H * O;
    double factor = reference_break_factor(RULE_HEAD);
    for (size_t j = 0; j < H; j++)
        row[j] += factor * reference_dot(weights + j * O, tape_logits_grad(tape, t), (int)O);
}

bool head_has_loss(const struct tape *tape, int t) {
    const double *d = tape_logits_grad(tape, t);
    for (int i = 0; i < tape->spec.outputs; i++)
        if (d[i] != 0.0) return true; // NaN too
    return false;
}
