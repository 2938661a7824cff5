/* cairo_page.c: draw figures by cairo, loaded when it is needed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/cairo_page.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "retort/figure/figure_layout.h"

#define LIBRARY "libcairo.so.2"

/* The functions that are used. Linking them would make every start several milliseconds slower: the
 * library needs 20 others. */
#define FUNCTIONS(F)                           \
	F(cairo_arc)                           \
	F(cairo_create)                        \
	F(cairo_debug_reset_static_data)       \
	F(cairo_destroy)                       \
	F(cairo_fill_preserve)                 \
	F(cairo_font_options_create)           \
	F(cairo_font_options_destroy)          \
	F(cairo_font_options_set_antialias)    \
	F(cairo_font_options_set_hint_metrics) \
	F(cairo_font_options_set_hint_style)   \
	F(cairo_image_surface_create)          \
	F(cairo_line_to)                       \
	F(cairo_move_to)                       \
	F(cairo_new_path)                      \
	F(cairo_paint)                         \
	F(cairo_pdf_surface_create_for_stream) \
	F(cairo_pdf_surface_set_metadata)      \
	F(cairo_restore)                       \
	F(cairo_rotate)                        \
	F(cairo_save)                          \
	F(cairo_scale)                         \
	F(cairo_select_font_face)              \
	F(cairo_set_dash)                      \
	F(cairo_set_font_options)              \
	F(cairo_set_font_size)                 \
	F(cairo_set_line_join)                 \
	F(cairo_set_line_width)                \
	F(cairo_set_source_rgb)                \
	F(cairo_show_text)                     \
	F(cairo_status)                        \
	F(cairo_status_to_string)              \
	F(cairo_stroke)                        \
	F(cairo_surface_destroy)               \
	F(cairo_surface_finish)                \
	F(cairo_surface_status)                \
	F(cairo_surface_write_to_png_stream)   \
	F(cairo_svg_surface_create_for_stream) \
	F(cairo_text_extents)                  \
	F(cairo_translate)                     \
	F(cairo_version_string)

static struct {
#define MEMBER(name) __typeof__(name) *name;
	FUNCTIONS(MEMBER)
	void (*FcFini)(void); /* of fontconfig, which cairo uses; may be NULL */
	void *library;
} api;

/* Load the library once. */
static int
load(struct err *e)
{
	void *library;
	bool whole = true;

	if (api.library)
		return 0;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return err_set(e,
			       "pictures are drawn by cairo, which cannot be loaded: %.200s "
			       "(install libcairo2; csv, tsv, json and gp need none)",
			       dlerror());
#define LOOK_UP(name)                                \
	*(void **)&api.name = dlsym(library, #name); \
	whole = whole && api.name;
	FUNCTIONS(LOOK_UP)
	if (!whole)
		return err_set(e, "%s lacks a function (expected cairo 1.16 or newer)", LIBRARY);
	*(void **)&api.FcFini = dlsym(library, "FcFini");
	api.library = library;
	return 0;
}

/* ---- the pen ---- */

static void
set_color(cairo_t *cr, uint32_t color)
{
	api.cairo_set_source_rgb(cr, (color >> 16 & 255) / 255.0, (color >> 8 & 255) / 255.0,
				 (color & 255) / 255.0);
}

static void
set_dash(cairo_t *cr, enum figure_dash dash)
{
	static const double dashes[][4] = { [FIGURE_DASHED] = { 5, 2.5 },
					    [FIGURE_DOTTED] = { 1.2, 2 },
					    [FIGURE_DOTDASH] = { 6, 2, 1.2, 2 } };

	api.cairo_set_dash(cr, dashes[dash],
			   dash == FIGURE_SOLID     ? 0
			   : dash == FIGURE_DOTDASH ? 4
						    : 2,
			   0);
}

static void
draw_line(void *arg, const struct figure_point *p, size_t n, const struct figure_stroke *s)
{
	cairo_t *cr = arg;

	set_color(cr, s->color);
	set_dash(cr, s->dash);
	api.cairo_set_line_width(cr, s->width);
	api.cairo_new_path(cr);
	for (size_t i = 0; i < n; i++)
		(i ? api.cairo_line_to : api.cairo_move_to)(cr, p[i].x, p[i].y);
	api.cairo_stroke(cr);
}

static void
draw_dot(void *arg, double x, double y, double radius, uint32_t color, bool filled)
{
	cairo_t *cr = arg;

	set_dash(cr, FIGURE_SOLID);
	api.cairo_set_line_width(cr, 1);
	api.cairo_new_path(cr);
	api.cairo_arc(cr, x, y, radius, 0, 2 * 3.14159265358979323846);
	set_color(cr, filled ? color : 0xFFFFFF);
	api.cairo_fill_preserve(cr);
	set_color(cr, color);
	api.cairo_stroke(cr);
}

static void
select_font(cairo_t *cr, const struct figure_text *t)
{
	api.cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
				   t->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
	api.cairo_set_font_size(cr, t->size);
}

static double
measure_text(void *arg, const struct figure_text *t, const char *text)
{
	cairo_text_extents_t extents;

	select_font(arg, t);
	api.cairo_text_extents(arg, text, &extents);
	return extents.x_advance;
}

static void
draw_text(void *arg, double x, double y, const struct figure_text *t, const char *text)
{
	cairo_t *cr = arg;
	double width = measure_text(cr, t, text);

	set_color(cr, t->color);
	api.cairo_save(cr);
	api.cairo_translate(cr, x, y);
	if (t->upwards)
		api.cairo_rotate(cr, -3.14159265358979323846 / 2);
	api.cairo_move_to(cr, -t->align * width, 0);
	api.cairo_show_text(cr, text);
	api.cairo_restore(cr);
}

/* Texts look the same whatever the settings of the desktop. */
static void
set_options(cairo_t *cr)
{
	cairo_font_options_t *o = api.cairo_font_options_create();

	api.cairo_font_options_set_antialias(o, CAIRO_ANTIALIAS_GRAY);
	api.cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	api.cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	api.cairo_set_font_options(cr, o);
	api.cairo_font_options_destroy(o);
	api.cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
}

static struct figure_pen
pen_of(cairo_t *cr)
{
	return (struct figure_pen){ .arg = cr,
				    .line = draw_line,
				    .dot = draw_dot,
				    .text = draw_text,
				    .width = measure_text };
}

/* ---- files ---- */

static cairo_status_t
append_bytes(void *out, const unsigned char *bytes, unsigned n)
{
	text_bytes(out, (const char *)bytes, n);
	return CAIRO_STATUS_SUCCESS;
}

/* The height of a page, as measured by the fonts of cairo. */
static double
measure(const struct cairo_page *p)
{
	cairo_surface_t *s = api.cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
	cairo_t *cr = api.cairo_create(s);
	struct figure_pen pen = pen_of(cr);
	double height;

	set_options(cr);
	height = ceil(p->height(p->arg, &pen));
	api.cairo_destroy(cr);
	api.cairo_surface_destroy(s);
	return height;
}

/* Set the date of a PDF to SOURCE_DATE_EPOCH, or to none: that of now would make every file
 * another. */
static void
set_date(cairo_surface_t *s)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char date[40] = "";
	int64_t seconds;
	time_t at;
	struct tm tm;

	if (epoch && text_to_int(epoch, &seconds) == 0) {
		at = (time_t)seconds;
		if (gmtime_r(&at, &tm))
			strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
	api.cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, date);
	api.cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR, PACKAGE_STRING);
}

static cairo_surface_t *
new_surface(enum cairo_page_kind kind, double width, double height, struct text *out)
{
	cairo_surface_t *s;

	if (kind == CAIRO_PAGE_SVG)
		return api.cairo_svg_surface_create_for_stream(append_bytes, out, width, height);
	if (kind == CAIRO_PAGE_PNG)
		return api.cairo_image_surface_create(CAIRO_FORMAT_RGB24,
						      (int)(width * CAIRO_PAGE_DPI / 72),
						      (int)(height * CAIRO_PAGE_DPI / 72));
	s = api.cairo_pdf_surface_create_for_stream(append_bytes, out, width, height);
	set_date(s);
	return s;
}

/* Draw on a surface, and for a PNG encode it. Returns the first error of cairo. */
static cairo_status_t
draw_page(const struct cairo_page *p, enum cairo_page_kind kind, cairo_surface_t *s,
	  struct text *out)
{
	cairo_t *cr = api.cairo_create(s);
	struct figure_pen pen = pen_of(cr);
	cairo_status_t status;

	set_options(cr);
	if (kind == CAIRO_PAGE_PNG) {
		set_color(cr, 0xFFFFFF);
		api.cairo_paint(cr);
		api.cairo_scale(cr, CAIRO_PAGE_DPI / 72.0, CAIRO_PAGE_DPI / 72.0);
	}
	p->draw(p->arg, &pen);
	status = api.cairo_status(cr);
	api.cairo_destroy(cr);
	if (status == CAIRO_STATUS_SUCCESS && kind == CAIRO_PAGE_PNG)
		status = api.cairo_surface_write_to_png_stream(s, append_bytes, out);
	api.cairo_surface_finish(s);
	return status ? status : api.cairo_surface_status(s);
}

/* Give the only surface of an SVG number 1: cairo numbers all of the process. */
static void
number_surfaces(struct text *out)
{
	static const char word[] = "surface";
	struct text t = { 0 };
	const char *at = text_get(out);

	for (const char *next; (next = strstr(at, word)); at = next) {
		next += sizeof word - 1;
		text_bytes(&t, at, (size_t)(next - at));
		if (*next >= '0' && *next <= '9')
			text_add(&t, "1");
		next += strspn(next, "0123456789");
	}
	text_add(&t, at);
	text_release(out);
	*out = t;
}

/* Free the fonts that are kept; the next figure finds them again. */
static void
release_fonts(void)
{
	api.cairo_debug_reset_static_data();
	if (api.FcFini)
		api.FcFini();
}

int
cairo_page_make(const struct cairo_page *p, enum cairo_page_kind kind, struct text *out,
		struct err *e)
{
	cairo_surface_t *s;
	cairo_status_t status;

	if (load(e) < 0)
		return -1;
	s = new_surface(kind, CAIRO_PAGE_WIDTH, measure(p), out);
	status = draw_page(p, kind, s, out);
	api.cairo_surface_destroy(s);
	release_fonts();
	if (status != CAIRO_STATUS_SUCCESS)
		return err_set(e, "cairo %s: %s", api.cairo_version_string(),
			       api.cairo_status_to_string(status));
	if (kind == CAIRO_PAGE_SVG)
		number_surfaces(out);
	return 0;
}

static double
figure_height(const void *arg, const struct figure_pen *pen)
{
	return figure_layout_height(arg, pen);
}

static void
draw_figure(const void *arg, const struct figure_pen *pen)
{
	figure_layout_draw(arg, pen);
}

int
cairo_page_draw(const struct figure *f, enum cairo_page_kind kind, struct text *out, struct err *e)
{
	struct cairo_page page = { f, figure_height, draw_figure };

	return cairo_page_make(&page, kind, out, e);
}
