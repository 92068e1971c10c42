// SPDX-License-Identifier: Apache-2.0
#include "ops/math/special_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace softacl::ops {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kPi = 3.14159265358979323846;

bool is_whole(double x) { return x == std::floor(x); }

// x^a * exp(-x) / gamma(a).
double gamma_density(double a, double x) { return std::exp(a * std::log(x) - x - log_gamma(a)); }

// The power series of the lower function, for x < a + 1.
double lower_series(double a, double x) {
    double term = 1 / a;
    double sum = term;
    for (double n = a + 1; term > sum * kEpsilon; n += 1) {
        term *= x / n;
        sum += term;
    }
    return sum * gamma_density(a, x);
}

// The continued fraction of the upper function, for x >= a + 1, from its front (Lentz).
double upper_fraction(double a, double x) {
    constexpr double kTiny = 1e-300;
    double b = x + 1 - a;
    double c = 1 / kTiny;
    double d = 1 / b;
    double fraction = d;
    for (int i = 1; i < 100000; ++i) {
        const double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (std::abs(d) < kTiny ? kTiny : d);
        c = b + an / c;
        c = std::abs(c) < kTiny ? kTiny : c;
        fraction *= d * c;
        if (std::abs(d * c - 1) < kEpsilon) {
            break;
        }
    }
    return fraction * gamma_density(a, x);
}

// For a so great that the others need too many terms: Temme's uniform expansion, two terms of it.
double lower_of_great(double a, double x) {
    const double mu = (x - a) / a;
    const double eta = std::copysign(std::sqrt(2 * std::max(mu - std::log1p(mu), 0.0)), mu);
    const double slope = std::abs(mu) < 1e-5 ? -1.0 / 3 : 1 / mu - 1 / eta;
    return std::erfc(-eta * std::sqrt(a / 2)) / 2 - std::exp(-a * eta * eta / 2) / std::sqrt(2 * kPi * a) * slope;
}
constexpr double kGreat = 1e7;

// Where erf is y, which is not negative, and erfc 1 - y, given as `rest`: near 1 only that keeps the digits.
double inverse_of_erf(double y, double rest) {
    if (rest == 0) {
        return kInfinity;
    }
    if (!(rest > 0)) {
        return kNan;
    }
    // A rough start (Winitzki), then steps of third order (Halley).
    const double log_rest = std::log(rest * (1 + y));
    const double middle = 2 / (kPi * 0.147) + log_rest / 2;
    double root = std::sqrt(std::max(std::sqrt(middle * middle - log_rest / 0.147) - middle, 0.0));
    for (int step = 0; step < 6; ++step) {
        const double error = y < 0.5 ? std::erf(root) - y : rest - std::erfc(root);
        const double newton = error / (2 / std::sqrt(kPi) * std::exp(-root * root));
        root -= newton / (1 + root * newton);
    }
    return root;
}

}  // namespace

double erfinv(double x) {
    const double size = std::abs(x);
    return std::isnan(x) ? x : std::copysign(inverse_of_erf(size, 1 - size), x);
}

double ndtri(double x) {
    const double tail = x < 0.5 ? x : 1 - x;
    const double root = std::isnan(x) ? x : inverse_of_erf(1 - 2 * tail, 2 * tail);
    return std::sqrt(2.0) * (x < 0.5 ? -root : root);
}

double log_gamma(double x) {
    int sign = 0;
    return lgamma_r(x, &sign);
}

double digamma(double x) {
    if (x == 0) {
        return std::copysign(kInfinity, -x);
    }
    if (std::isinf(x)) {
        return x > 0 ? x : kNan;
    }
    if (x < 0) {
        return is_whole(x) ? kNan : digamma(1 - x) - kPi / std::tan(kPi * std::fmod(x, 1));
    }
    double sum = 0;
    while (x < 12) {
        sum -= 1 / x;
        x += 1;
    }
    const double z = 1 / (x * x);  // of the asymptotic series
    const double tail =
        z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * 691.0 / 32760)))));
    return sum + std::log(x) - 0.5 / x - tail;
}

double bessel_ie(int order, double x) {
    const double y = std::abs(x);
    const double sign = order == 1 && x < 0 ? -1 : 1;
    if (y <= 20) {
        double term = order == 1 ? y / 2 : 1;
        double sum = term;
        for (int k = 1; term > sum * kEpsilon; ++k) {
            term *= y * y / 4 / (k * (k + order));
            sum += term;
        }
        return sign * sum * std::exp(-y);
    }
    if (std::isnan(y) || std::isinf(y)) {
        return std::isnan(y) ? y : sign * 0.0;
    }
    double term = 1;
    double sum = 1;
    for (int k = 1; k < 40 && std::abs(term) > kEpsilon; ++k) {
        const double odd = 2 * k - 1;
        term *= -(4.0 * order * order - odd * odd) / (8 * k * y);
        sum += term;
    }
    return sign * sum / std::sqrt(2 * kPi * y);
}

double igamma(double a, double x) {
    if (std::isnan(a) || std::isnan(x) || a < 0 || x < 0 || (a == 0 && x == 0)) {
        return kNan;
    }
    if (a == 0 || x == 0 || std::isinf(a) || std::isinf(x)) {
        return std::isinf(a) ? (std::isinf(x) ? kNan : 0) : x == 0 ? 0 : 1;
    }
    if (a > kGreat) {
        return lower_of_great(a, x);
    }
    return x < a + 1 ? lower_series(a, x) : 1 - upper_fraction(a, x);
}

double igammac(double a, double x) {
    const bool plain = a > 0 && a <= kGreat && x >= a + 1 && !std::isinf(x);
    return plain ? upper_fraction(a, x) : 1 - igamma(a, x);
}

double zeta(double x, double q) {
    if (std::isnan(x) || std::isnan(q)) {
        return kNan;
    }
    if (x == 1) {
        return kInfinity;
    }
    if (x < 1 || (q <= 0 && !is_whole(q) && !is_whole(x))) {
        return kNan;
    }
    if (q <= 0 && is_whole(q)) {
        return kInfinity;
    }
    if (std::isinf(q) || q < -1e6) {  // so many terms before the first positive one: no use is known
        return q > 0 ? 0 : kNan;
    }
    // Some terms, and the rest by the formula of Euler and Maclaurin.
    double sum = 0;
    double at = q;
    for (int i = 0; i < 10 || at < 10; at = q + ++i) {
        const double term = std::pow(at, -x);
        sum += term;
        if (at > 0 && term < sum * kEpsilon / 16 && x > 1.5) {
            return sum;
        }
    }
    constexpr double kBernoulli[] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6};
    const double power = std::pow(at, -x);
    sum += power * at / (x - 1) + power / 2;
    double factor = x * power / at;  // x (x + 1) ... at^-(x + 2k - 1)
    double factorial = 2;
    for (int k = 1; k <= 7; ++k) {
        sum += kBernoulli[k - 1] / factorial * factor;
        factor *= (x + 2 * k - 1) * (x + 2 * k) / (at * at);
        factorial *= (2 * k + 1) * (2 * k + 2);
    }
    return sum;
}

}  // namespace softacl::ops
