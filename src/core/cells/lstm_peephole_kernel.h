// The elementwise loops of the LSTM with peepholes, blocks in the order i f g o, diagonals i f o
// (cells/lstm_peephole.c has the equations); loops_body.h includes this once for each instruction set.

LOOP void lstm_peephole_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    const float *restrict wi = rows->diagonal, *restrict wf = wi + H, *restrict wo = wf + H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gi = rows->gates + (size_t)b * 4 * H;
        float *restrict gf = gi + H, *restrict gg = gf + H, *restrict go = gg + H;
        const float *restrict c_prev = rows->c_prev + (size_t)b * H;
        float *restrict c = rows->c + (size_t)b * H, *restrict tanh_c = rows->tanh_c + (size_t)b * H;
        float *restrict h = rows->h + (size_t)b * rows->stride;
        APART
        for (size_t j = 0; j < H; j++) {
            float before = c_prev[j], g = fast_tanh(gg[j]);
            float i = fast_sigmoid(gi[j] + wi[j] * before), f = fast_sigmoid(gf[j] + wf[j] * before);
            float memory = i * g + f * before, squashed = fast_tanh(memory);
            float o = fast_sigmoid(go[j] + wo[j] * memory);
            gi[j] = i;
            gf[j] = f;
            gg[j] = g;
            go[j] = o;
            c[j] = memory;
            tanh_c[j] = squashed;
            h[j] = o * squashed;
        }
    }
}

LOOP void lstm_peephole_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    const float *restrict wi = rows->diagonal, *restrict wf = wi + H, *restrict wo = wf + H;
    float *restrict dwi = rows->d_diagonal, *restrict dwf = dwi + H, *restrict dwo = dwf + H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gi = rows->gates + (size_t)b * 4 * H;
        float *restrict gf = gi + H, *restrict gg = gf + H, *restrict go = gg + H;
        const float *restrict c_prev = rows->c_prev + (size_t)b * H, *restrict c = rows->c + (size_t)b * H;
        const float *restrict tanh_c = rows->tanh_c + (size_t)b * H;
        const float *restrict dh = rows->dh + (size_t)b * rows->stride;
        float *restrict dc_row = rows->dc + (size_t)b * H;
        APART
        for (size_t j = 0; j < H; j++) {
            float i = gi[j], f = gf[j], g = gg[j], o = go[j], s = tanh_c[j], before = c_prev[j];
            float dzo = dh[j] * s * o * (1.0f - o);
            float dc = dc_row[j] + dh[j] * o * (1.0f - s * s) + dzo * wo[j];
            float dzi = dc * g * i * (1.0f - i), dzf = dc * before * f * (1.0f - f);
            gi[j] = dzi;
            gf[j] = dzf;
            gg[j] = dc * i * (1.0f - g * g);
            go[j] = dzo;
            dwi[j] += dzi * before;
            dwf[j] += dzf * before;
            dwo[j] += dzo * c[j];
            dc_row[j] = dc * f + dzi * wi[j] + dzf * wf[j];
        }
    }
}
