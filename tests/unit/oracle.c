/* oracle.c: one optimizer step of a tiny student from the formulas, in plain loops. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "oracle.h"

#include <math.h>
#include <string.h>

const double oracle_x[ORACLE_ROWS][ORACLE_IN] = { { 0.5, -1.25 }, { -0.75, 2 }, { 1.5, 0.25 } };
const int oracle_label[ORACLE_ROWS] = { 1, -1, 0 };
const double oracle_teacher_logits[2][ORACLE_ROWS][ORACLE_CLASSES] = {
	{ { -1, 2.5 }, { 0.75, -0.5 }, { 3, 0.125 } },
	{ { 0.5, 1 }, { -2, 0.25 }, { 1.25, -1.75 } },
};
const double oracle_teacher_weight[2] = { 0.75, 0.5 };
const double oracle_teacher_layer[ORACLE_ROWS * ORACLE_WIDEST] = { 0.5,    -0.25, 1,
								   -0.875, 0.125, 0.625,
								   0.25,   0.75,  -0.5 };

int
oracle_length(int array, int width)
{
	const int len[ORACLE_ARRAYS] = { ORACLE_IN * ORACLE_HIDDEN,      ORACLE_HIDDEN,
					 ORACLE_HIDDEN * ORACLE_CLASSES, ORACLE_CLASSES,
					 ORACLE_HIDDEN * width,          width };

	return array >= ORACLE_P && width == ORACLE_HIDDEN ? 0 : len[array];
}

static void
softmax(const double *z, double t, double *out)
{
	double sum = 0;

	for (int c = 0; c < ORACLE_CLASSES; c++)
		sum += exp(z[c] / t);
	for (int c = 0; c < ORACLE_CLASSES; c++)
		out[c] = exp(z[c] / t) / sum;
}

/* sum p (log p - log q) of one row at temperature t; the gradient with respect to z, without
 * weights, is added. */
static double
divergence(const double *z, const double *teacher, double t, double weight, double *dz)
{
	double p[ORACLE_CLASSES], q[ORACLE_CLASSES], sum = 0;

	softmax(teacher, t, p);
	softmax(z, t, q);
	for (int c = 0; c < ORACLE_CLASSES; c++) {
		sum += p[c] * (log(p[c]) - log(q[c]));
		dz[c] += weight * t * (q[c] - p[c]); /* t^2 of the loss, 1/t of the softmax */
	}
	return sum;
}

static void
oracle_losses(struct oracle *o, const double (*z)[ORACLE_CLASSES], const struct knobs *k,
	      double (*dz)[ORACLE_CLASSES])
{
	double labelled = 0, right = 0, total = oracle_teacher_weight[0] + oracle_teacher_weight[1],
	       none[ORACLE_CLASSES] = { 0 };

	for (int i = 0; i < ORACLE_ROWS; i++)
		labelled += oracle_label[i] >= 0;
	o->ce = o->kd = o->kl = 0;
	for (int i = 0; i < ORACLE_ROWS; i++) {
		double q[ORACLE_CLASSES];

		softmax(z[i], 1, q);
		for (int c = 0; c < ORACLE_CLASSES && oracle_label[i] >= 0; c++)
			dz[i][c] += k->ce_weight * (q[c] - (c == oracle_label[i])) / labelled;
		if (oracle_label[i] >= 0) {
			o->ce -= log(q[oracle_label[i]]) / labelled;
			right += (z[i][1] > z[i][0]) == oracle_label[i];
		}
		for (int t = 0; t < 2; t++) {
			double T = k->temperature, weight = oracle_teacher_weight[t];

			o->kd += T * T * weight / ORACLE_ROWS *
				 divergence(z[i], oracle_teacher_logits[t][i], T,
					    k->kd_weight * weight / ORACLE_ROWS, dz[i]);
			o->kl += weight / total / ORACLE_ROWS *
				 divergence(z[i], oracle_teacher_logits[t][i], 1, 0, none);
		}
	}
	o->accuracy = right / labelled;
}

/* Values of the layers of one step: hidden, logits, and hidden through the projection. */
struct forward {
	double h[ORACLE_ROWS][ORACLE_HIDDEN], z[ORACLE_ROWS][ORACLE_CLASSES];
	double y[ORACLE_ROWS][ORACLE_WIDEST];
};

static void
oracle_forward(const struct oracle *o, int width, struct forward *f)
{
	for (int i = 0; i < ORACLE_ROWS; i++) {
		for (int j = 0; j < ORACLE_HIDDEN; j++)
			f->h[i][j] = tanh(o->w.at[ORACLE_B1][j] +
					  oracle_x[i][0] * o->w.at[ORACLE_W1][j] +
					  oracle_x[i][1] * o->w.at[ORACLE_W1][ORACLE_HIDDEN + j]);
		for (int c = 0; c < ORACLE_CLASSES; c++)
			f->z[i][c] = o->w.at[ORACLE_B2][c] + f->h[i][0] * o->w.at[ORACLE_W2][c] +
				     f->h[i][1] * o->w.at[ORACLE_W2][ORACLE_CLASSES + c];
		for (int c = 0; c < width; c++)
			f->y[i][c] = width == ORACLE_HIDDEN
					     ? f->h[i][c]
					     : o->w.at[ORACLE_C][c] +
						       f->h[i][0] * o->w.at[ORACLE_P][c] +
						       f->h[i][1] * o->w.at[ORACLE_P][width + c];
	}
}

/* Gradients of the parameters, from those of the logits and of the compared layer. */
static void
oracle_backward(struct oracle *o, const struct forward *f, const double (*dz)[ORACLE_CLASSES],
		const double (*dy)[ORACLE_WIDEST], int width)
{
	bool projected = width != ORACLE_HIDDEN;

	memset(&o->g, 0, sizeof o->g);
	for (int i = 0; i < ORACLE_ROWS; i++)
		for (int j = 0; j < ORACLE_HIDDEN; j++) {
			double dh = projected ? 0 : dy[i][j], da;

			for (int c = 0; c < ORACLE_CLASSES; c++) {
				dh += dz[i][c] * o->w.at[ORACLE_W2][j * ORACLE_CLASSES + c];
				o->g.at[ORACLE_W2][j * ORACLE_CLASSES + c] += f->h[i][j] * dz[i][c];
			}
			for (int c = 0; c < width && projected; c++) {
				dh += dy[i][c] * o->w.at[ORACLE_P][j * width + c];
				o->g.at[ORACLE_P][j * width + c] += f->h[i][j] * dy[i][c];
			}
			da = dh * (1 - f->h[i][j] * f->h[i][j]);
			o->g.at[ORACLE_B1][j] += da;
			for (int x = 0; x < ORACLE_IN; x++)
				o->g.at[ORACLE_W1][x * ORACLE_HIDDEN + j] += oracle_x[i][x] * da;
		}
	for (int i = 0; i < ORACLE_ROWS; i++) {
		for (int c = 0; c < ORACLE_CLASSES; c++)
			o->g.at[ORACLE_B2][c] += dz[i][c];
		for (int c = 0; c < width && projected; c++)
			o->g.at[ORACLE_C][c] += dy[i][c];
	}
}

void
oracle_gradient(struct oracle *o, const struct knobs *k, double map_weight, int width)
{
	double dz[ORACLE_ROWS][ORACLE_CLASSES] = { 0 }, dy[ORACLE_ROWS][ORACLE_WIDEST];
	struct forward f;

	oracle_forward(o, width, &f);
	oracle_losses(o, (const double(*)[ORACLE_CLASSES])f.z, k, dz);
	o->hidden = 0;
	for (int i = 0; i < ORACLE_ROWS; i++)
		for (int c = 0; c < width; c++) {
			double gap = f.y[i][c] - oracle_teacher_layer[i * width + c];

			o->hidden += gap * gap / (ORACLE_ROWS * width);
			dy[i][c] = map_weight * 2 * gap / (ORACLE_ROWS * width);
		}
	o->loss = k->ce_weight * o->ce + k->kd_weight * o->kd + map_weight * o->hidden;
	oracle_backward(o, &f, (const double(*)[ORACLE_CLASSES])dz,
			(const double(*)[ORACLE_WIDEST])dy, width);
}

void
oracle_update(struct oracle *o, const struct knobs *k, double lr, int t, int width)
{
	double sum = 0, scale;

	for (int a = 0; a < ORACLE_ARRAYS; a++)
		for (int i = 0; i < oracle_length(a, width); i++)
			sum += o->g.at[a][i] * o->g.at[a][i];
	o->norm = sqrt(sum);
	scale = k->clip > 0 && o->norm > k->clip ? k->clip / o->norm : 1;
	for (int a = 0; a < ORACLE_ARRAYS; a++)
		for (int i = 0; i < oracle_length(a, width); i++) {
			double *w = &o->w.at[a][i], *m = &o->m.at[a][i], *v = &o->v.at[a][i];
			double g = scale * o->g.at[a][i], before = *w;
			bool decays = a == ORACLE_W1 || a == ORACLE_W2 ||
				      a == ORACLE_P; /* weights, not biases */

			if (k->optimizer == KNOB_SGD) {
				*w -= lr * g;
			} else if (k->optimizer == KNOB_MOMENTUM) {
				*m = k->momentum * *m + g;
				*w -= lr * *m;
			} else {
				*m = k->beta1 * *m + (1 - k->beta1) * g;
				*v = k->beta2 * *v + (1 - k->beta2) * g * g;
				*w -= lr * (*m / (1 - pow(k->beta1, t))) /
				      (sqrt(*v / (1 - pow(k->beta2, t))) + 1e-8);
			}
			if (decays)
				*w -= lr * k->weight_decay * before;
		}
}
