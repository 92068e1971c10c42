// SPDX-License-Identifier: Apache-2.0
// The reductions: what each collects of the elements that become one, and makes of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/ref/number.h"
#include "ops/op_def.h"

namespace softacl::ops::reductions {

// Floats are summed as double, integers wrap around.
template <class T>
using Sum = std::conditional_t<std::is_floating_point_v<T>, double, T>;

// A row: `add` for each element, then `result`. T is Wide of the element type. Where `merge` takes in what another one
// has collected, long rows of elements are collected in several.
template <class T>
struct Maximum {
    static constexpr const char* kName = "ReduceMax";
    static constexpr const char* kDoc = "The greatest element; NaN if there is one.";
    static constexpr DTypes kTypes = kNumbers;
    T most = kernels::lowest<T>();
    void add(T x) { most = x > most || kernels::is_nan(x) ? x : most; }
    void merge(const Maximum& other) { add(other.most); }
    T result(int64_t /*count*/) const { return most; }
};
template <class T>
struct Minimum {
    static constexpr const char* kName = "ReduceMin";
    static constexpr const char* kDoc = "The smallest element; NaN if there is one.";
    static constexpr DTypes kTypes = kNumbers;
    T least = kernels::highest<T>();
    void add(T x) { least = x < least || kernels::is_nan(x) ? x : least; }
    void merge(const Minimum& other) { add(other.least); }
    T result(int64_t /*count*/) const { return least; }
};
template <class T>
struct Total {
    static constexpr const char* kName = "ReduceSum";
    static constexpr const char* kDoc = "The sum; integers wrap around.";
    static constexpr DTypes kTypes = kNumbers;
    Sum<T> sum = 0;
    void add(T x) { sum = kernels::wrapping_add<Sum<T>>(sum, x); }
    void merge(const Total& other) { sum = kernels::wrapping_add<Sum<T>>(sum, other.sum); }
    T result(int64_t /*count*/) const { return static_cast<T>(sum); }
};
template <class T>
struct Mean {
    static constexpr const char* kName = "ReduceMean";
    static constexpr const char* kDoc = "The mean; of integers cut towards zero.";
    static constexpr DTypes kTypes = kNumbers;
    std::conditional_t<std::is_floating_point_v<T>, double, std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>
        sum = 0;
    void add(T x) { sum = kernels::wrapping_add<decltype(sum)>(sum, x); }
    void merge(const Mean& other) { sum = kernels::wrapping_add<decltype(sum)>(sum, other.sum); }
    T result(int64_t count) const {
        if constexpr (std::is_floating_point_v<T>) {
            return static_cast<T>(sum / static_cast<double>(count));
        } else {
            return count == 0 ? T{} : static_cast<T>(sum / static_cast<decltype(sum)>(count));
        }
    }
};
template <class T>
struct Product {
    static constexpr const char* kName = "ReduceProd";
    static constexpr const char* kDoc = "The product; integers wrap around.";
    static constexpr DTypes kTypes = kNumbers;
    Sum<T> product = 1;
    void add(T x) { product = kernels::wrapping_mul<Sum<T>>(product, x); }
    void merge(const Product& other) { product = kernels::wrapping_mul<Sum<T>>(product, other.product); }
    T result(int64_t /*count*/) const { return static_cast<T>(product); }
};
template <class T>
struct SquareSum {
    static constexpr const char* kName = "SquareSumV1";
    static constexpr const char* kDoc = "The sum of the squares; integers wrap around.";
    static constexpr DTypes kTypes = kNumbers;
    Sum<T> sum = 0;
    void add(T x) { sum = kernels::wrapping_add<Sum<T>>(sum, kernels::wrapping_mul<Sum<T>>(Sum<T>(x), Sum<T>(x))); }
    void merge(const SquareSum& other) { sum = kernels::wrapping_add<Sum<T>>(sum, other.sum); }
    T result(int64_t /*count*/) const { return static_cast<T>(sum); }
};
template <class T>
struct LogSum {
    static constexpr const char* kName = "ReduceLogSum";
    static constexpr const char* kDoc = "The logarithm of the sum.";
    static constexpr DTypes kTypes = kFloats;
    double sum = 0;
    void add(T x) { sum += x; }
    T result(int64_t /*count*/) const { return static_cast<T>(std::log(sum)); }
};
template <class T>
struct LogSumExp {
    static constexpr const char* kName = "ReduceLogSumExp";
    static constexpr const char* kDoc = "The logarithm of the sum of the exponentials.";
    static constexpr DTypes kTypes = kFloats;
    double most = kernels::lowest<double>();
    double sum = 0;  // of exp(x - most)
    void add(T x) {
        if (x > most) {
            sum = sum * std::exp(most - x) + 1;
            most = x;
        } else if (x == most) {
            sum += 1;  // also for infinities, whose difference is no number
        } else {
            sum += std::exp(x - most);
        }
    }
    T result(int64_t /*count*/) const {
        return static_cast<T>(std::isinf(most) && !std::isnan(sum) ? most : most + std::log(sum));
    }
};
// NaN counts as 0.
template <class T>
struct NanSum : Total<T> {
    static constexpr const char* kName = "ReduceNansum";
    static constexpr const char* kDoc = "The sum of the elements that are numbers.";
    static constexpr DTypes kTypes = kFloats;
    void add(T x) { this->sum += std::isnan(x) ? 0 : x; }
};
template <class T>
struct Norm {
    static constexpr const char* kName = "EuclideanNorm";
    static constexpr const char* kDoc = "The square root of the sum of the squares.";
    static constexpr DTypes kTypes = kFloats;
    double sum = 0;
    void add(T x) { sum += static_cast<double>(x) * x; }
    void merge(const Norm& other) { sum += other.sum; }
    T result(int64_t /*count*/) const { return static_cast<T>(std::sqrt(sum)); }
};

// Mean and sum of squared distances from it, element by element (Welford).
template <class T>
struct Moments {
    static constexpr DTypes kTypes = kFloats;
    double mean = 0;
    double squares = 0;
    int64_t seen = 0;
    void add(T value) {
        const auto x = static_cast<double>(value);
        const double before = x - mean;
        mean += before / static_cast<double>(++seen);
        squares += before * (x - mean);
    }
    double mean_of_any() const { return seen == 0 ? std::nan("") : mean; }
};
template <class T>
struct StandardDeviation : Moments<T> {
    StandardDeviation() = default;
    explicit StandardDeviation(const OpCall& call) : unbiased(call.attrs.at<bool>("unbiased")) {}
    bool unbiased = true;
    T result(int64_t count) const {
        return static_cast<T>(
            std::sqrt(this->squares / static_cast<double>(unbiased ? std::max<int64_t>(count - 1, 0) : count)));
    }
    T second(int64_t /*count*/) const { return static_cast<T>(this->mean_of_any()); }
};
template <class T>
struct MeanVariance : Moments<T> {
    T result(int64_t /*count*/) const { return static_cast<T>(this->mean_of_any()); }
    T second(int64_t count) const { return static_cast<T>(this->squares / static_cast<double>(count)); }
};

// Caffe's: the sum, the sum of absolute values, the sum of squares or the mean, times a factor.
template <class T>
struct CaffeReduction {
    static constexpr DTypes kTypes = kFloats;
    CaffeReduction() = default;
    explicit CaffeReduction(const OpCall& call)
        : operation(call.attrs.at<int64_t>("operation")), factor(call.attrs.at<float>("coeff")) {}
    int64_t operation = 1;
    double factor = 1;
    double sum = 0;
    void add(T value) {
        const auto x = static_cast<double>(value);
        sum += operation == 2 ? std::abs(x) : operation == 3 ? x * x : x;
    }
    T result(int64_t count) const {
        return static_cast<T>(factor * (operation == 4 ? sum / static_cast<double>(count) : sum));
    }
};

struct TestRow {
    static constexpr DTypes kTypes = kBool;
};
template <class T>
struct All : TestRow {
    static constexpr const char* kName = "ReduceAll";
    static constexpr const char* kDoc = "Whether all elements are true.";
    bool all = true;
    void add(bool x) { all = all && x; }
    bool result(int64_t /*count*/) const { return all; }
};
template <class T>
struct Any : TestRow {
    static constexpr const char* kName = "ReduceAny";
    static constexpr const char* kDoc = "Whether an element is true.";
    bool any = false;
    void add(bool x) { any = any || x; }
    bool result(int64_t /*count*/) const { return any; }
};

// A number, or of LpNorm a whole number, whose limits mean the infinities.
inline double order_of(const OpCall& call) {
    const auto* whole = call.attrs.find_as<int64_t>("p");
    if (whole == nullptr) {
        return call.attrs.at<float>("p");
    }
    const bool infinite =
        *whole >= std::numeric_limits<int32_t>::max() || *whole <= std::numeric_limits<int32_t>::min();
    return infinite ? std::copysign(kernels::highest<double>(), static_cast<double>(*whole))
                    : static_cast<double>(*whole);
}

template <class T>
struct LpNorm {
    static constexpr DTypes kTypes = kFloats;
    LpNorm() = default;
    explicit LpNorm(const OpCall& call) : p(order_of(call)), least(call.attrs.at<float>("epsilon")) {
        most = p < 0 ? kernels::highest<double>() : 0;
    }
    double p = 2;
    double least = 0;  // the result is not smaller: it often becomes a divisor
    double sum = 0;
    double most = 0;
    void add(T value) {
        const double x = std::abs(static_cast<double>(value));
        if (std::isinf(p)) {
            most = (p > 0 ? x > most : x < most) || std::isnan(x) ? x : most;
        } else {
            sum += p == 1 ? x : p == 2 ? x * x : p == 0 ? (x != 0 ? 1 : 0) : std::pow(x, p);
        }
    }
    T result(int64_t /*count*/) const {
        const double norm = std::isinf(p)      ? most
                            : p == 2           ? std::sqrt(sum)
                            : p == 1 || p == 0 ? sum
                                               : std::pow(sum, 1 / p);
        return static_cast<T>(norm < least ? least : norm);
    }
};

}  // namespace softacl::ops::reductions
