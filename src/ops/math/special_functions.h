// SPDX-License-Identifier: Apache-2.0
// Functions of double that the C++ library does not have. NaN stays NaN; poles and places outside the domain give what
// the comment says.
#pragma once

namespace softacl::ops {

/// The number whose error function is x; infinite at -1 and 1, NaN beyond.
double erfinv(double x);
/// The inverse of the normal distribution's function; infinite at 0 and 1, NaN beyond.
double ndtri(double x);
/// log(abs(gamma(x))); infinite at 0, -1, -2, ...
double log_gamma(double x);
/// The derivative of log(gamma(x)); NaN at -1, -2, ..., infinite with the sign opposed to x at 0.
double digamma(double x);
/// exp(-abs(x)) times the modified Bessel function of the first kind of order 0 or 1.
double bessel_ie(int order, double x);
/// The regularised incomplete gamma functions, which sum up to 1: NaN for a < 0 or x < 0, or a = x = 0.
double igamma(double a, double x);
double igammac(double a, double x);
/// The sum of (k + q)^-x for k = 0, 1, ...; infinite for x = 1 or q = 0, -1, ..., NaN for x < 1 or other q < 0 whose
/// powers are no real numbers.
double zeta(double x, double q);

}  // namespace softacl::ops
