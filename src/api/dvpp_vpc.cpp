// SPDX-License-Identifier: Apache-2.0
// ops/acl_dvpp.h: what is done with pictures.
#include "acl/ops/acl_dvpp.h"
#include "api/entry.h"
#include "api/media_task.h"
#include "media/v1/pyramid.h"
#include "media/v1/vpc.h"

using namespace softacl;
using namespace softacl::api;
using media::BatchPicDesc;
using media::BorderConfig;
using media::PicDesc;
using media::ResizeConfig;
using media::RoiConfig;
using media::RoiFields;
using media::VpcRequest;
using media::VpcSizes;
using media::VpcStep;

namespace {

constexpr uint32_t kMostParts = 256;

// Queues what a request asks for, in the colours of the channel.
Status launch(const MediaPlace& place, VpcRequest request) {
    request.matrix = place.channel().get(&media::DvppChannelFields::csc_matrix);
    SOFTACL_ASSIGN(auto task, media::vpc_task(request));
    return place.launch(media::kVpc, std::move(task));
}

Result<VpcStep> one_picture(const acldvppPicDesc* input, const acldvppPicDesc* output) {
    SOFTACL_ASSIGN(const Pin<PicDesc> source, pin<PicDesc>(input, "inputDesc"));
    SOFTACL_ASSIGN(const Pin<PicDesc> result, pin<PicDesc>(output, "outputDesc"));
    return VpcStep{{"inputDesc"}, source.share(), {"outputDesc"}, result.share()};
}

Result<RoiFields> part(const acldvppRoiConfig* roi, const char* argument) {
    SOFTACL_ASSIGN(const Pin<RoiConfig> live, pin<RoiConfig>(roi, argument));
    return live->get();
}

Result<uint32_t> interpolation_of(const acldvppResizeConfig* config) {
    SOFTACL_ASSIGN(const Pin<ResizeConfig> live, pin<ResizeConfig>(config, "resizeConfig"));
    return live->get(&media::ResizeFields::interpolation);
}

// The steps of a batch: the parts of the first picture, of the second ...
Result<std::vector<VpcStep>> steps_of(const acldvppBatchPicDesc* inputs, const uint32_t* counts, uint32_t size,
                                      const acldvppBatchPicDesc* outputs, acldvppRoiConfig* const* crops,
                                      const char* input_name, const char* output_name) {
    SOFTACL_ASSIGN(const Pin<BatchPicDesc> sources, pin<BatchPicDesc>(inputs, input_name));
    SOFTACL_ASSIGN(const Pin<BatchPicDesc> results, pin<BatchPicDesc>(outputs, output_name));
    if (size != sources->count()) {
        return fail(ACL_ERROR_INVALID_PARAM, "size is ", size, ", the number of entries of roiNums; expected ",
                    sources->count(), ", the number of pictures of ", input_name);
    }
    std::vector<VpcStep> steps;
    for (uint32_t i = 0; i < size; ++i) {
        if (counts[i] > kMostParts - steps.size()) {
            return fail(ACL_ERROR_INVALID_PARAM, "roiNums has more than ", kMostParts, " parts up to its entry ", i);
        }
        for (uint32_t k = 0; k < counts[i]; ++k) {
            const auto index = static_cast<uint32_t>(steps.size());
            if (index >= results->count()) {
                return fail(ACL_ERROR_INVALID_PARAM, output_name, " has ", results->count(),
                            " pictures; expected one for each part of roiNums");
            }
            SOFTACL_ASSIGN(const RoiFields crop, part(crops[index], "cropAreas"));
            steps.push_back(
                {{input_name, i}, sources->picture(i), {output_name, index}, results->picture(index), crop});
        }
    }
    if (steps.size() != results->count()) {
        return fail(ACL_ERROR_INVALID_PARAM, output_name, " has ", results->count(), " pictures; expected ",
                    steps.size(), ", the sum of roiNums");
    }
    return steps;
}

Status paste_to(std::vector<VpcStep>& steps, acldvppRoiConfig* const* areas) {
    for (size_t i = 0; i < steps.size(); ++i) {
        SOFTACL_ASSIGN(steps[i].paste, part(areas[i], "pasteAreas"));
    }
    return {};
}

Status surround_by(std::vector<VpcStep>& steps, acldvppBorderConfig* const* borders) {
    for (size_t i = 0; i < steps.size(); ++i) {
        SOFTACL_ASSIGN(const Pin<BorderConfig> live, pin<BorderConfig>(borders[i], "borderCfgs"));
        steps[i].border = live->get();
    }
    return {};
}

}  // namespace

aclError acldvppVpcResizeAsync(acldvppChannelDesc* channelDesc, acldvppPicDesc* inputDesc, acldvppPicDesc* outputDesc,
                               acldvppResizeConfig* resizeConfig, aclrtStream stream) {
    return entry<row::acldvppVpcResizeAsync>(channelDesc, inputDesc, outputDesc, resizeConfig, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(VpcStep step, one_picture(inputDesc, outputDesc));
        SOFTACL_ASSIGN(const uint32_t interpolation, interpolation_of(resizeConfig));
        return launch(place, {"vpc_resize", {std::move(step)}, interpolation});
    });
}

aclError acldvppVpcCropAsync(acldvppChannelDesc* channelDesc, acldvppPicDesc* inputDesc, acldvppPicDesc* outputDesc,
                             acldvppRoiConfig* cropArea, aclrtStream stream) {
    return entry<row::acldvppVpcCropAsync>(channelDesc, inputDesc, outputDesc, cropArea, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(VpcStep step, one_picture(inputDesc, outputDesc));
        SOFTACL_ASSIGN(step.crop, part(cropArea, "cropArea"));
        const bool wide = step.result->get(&media::PicFields::width) > 4096;
        VpcRequest request{"vpc_crop", {std::move(step)}};
        request.input_sizes = wide ? VpcSizes{128, 16, 16384, 16384} : VpcSizes{10, 6, 16384, 16384};
        request.output_sizes = {10, 6, 16384, 16384};
        return launch(place, std::move(request));
    });
}

aclError acldvppVpcCropResizeAsync(acldvppChannelDesc* channelDesc, acldvppPicDesc* inputDesc,
                                   acldvppPicDesc* outputDesc, acldvppRoiConfig* cropArea,
                                   acldvppResizeConfig* resizeConfig, aclrtStream stream) {
    return entry<row::acldvppVpcCropResizeAsync>(channelDesc, inputDesc, outputDesc, cropArea, resizeConfig,
                                                 stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(VpcStep step, one_picture(inputDesc, outputDesc));
        SOFTACL_ASSIGN(step.crop, part(cropArea, "cropArea"));
        SOFTACL_ASSIGN(const uint32_t interpolation, interpolation_of(resizeConfig));
        return launch(place, {"vpc_crop_resize", {std::move(step)}, interpolation});
    });
}

aclError acldvppVpcBatchCropAsync(acldvppChannelDesc* channelDesc, acldvppBatchPicDesc* srcBatchPicDescs,
                                  uint32_t* roiNums, uint32_t size, acldvppBatchPicDesc* dstBatchPicDescs,
                                  acldvppRoiConfig* cropAreas[], aclrtStream stream) {
    return entry<row::acldvppVpcBatchCropAsync>(channelDesc, srcBatchPicDescs, roiNums, size, dstBatchPicDescs,
                                                cropAreas, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(auto steps, steps_of(srcBatchPicDescs, roiNums, size, dstBatchPicDescs, cropAreas,
                                            "srcBatchPicDescs", "dstBatchPicDescs"));
        return launch(place, {"vpc_batch_crop", std::move(steps)});
    });
}

aclError acldvppVpcBatchCropResizeAsync(acldvppChannelDesc* channelDesc, acldvppBatchPicDesc* srcBatchPicDescs,
                                        uint32_t* roiNums, uint32_t size, acldvppBatchPicDesc* dstBatchPicDescs,
                                        acldvppRoiConfig* cropAreas[], acldvppResizeConfig* resizeConfig,
                                        aclrtStream stream) {
    return entry<row::acldvppVpcBatchCropResizeAsync>(channelDesc, srcBatchPicDescs, roiNums, size, dstBatchPicDescs,
                                                      cropAreas, resizeConfig, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(const uint32_t interpolation, interpolation_of(resizeConfig));
        SOFTACL_ASSIGN(auto steps, steps_of(srcBatchPicDescs, roiNums, size, dstBatchPicDescs, cropAreas,
                                            "srcBatchPicDescs", "dstBatchPicDescs"));
        return launch(place, {"vpc_batch_crop_resize", std::move(steps), interpolation});
    });
}

aclError acldvppVpcCropAndPasteAsync(acldvppChannelDesc* channelDesc, acldvppPicDesc* inputDesc,
                                     acldvppPicDesc* outputDesc, acldvppRoiConfig* cropArea,
                                     acldvppRoiConfig* pasteArea, aclrtStream stream) {
    return entry<row::acldvppVpcCropAndPasteAsync>(channelDesc, inputDesc, outputDesc, cropArea, pasteArea,
                                                   stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(VpcStep step, one_picture(inputDesc, outputDesc));
        SOFTACL_ASSIGN(step.crop, part(cropArea, "cropArea"));
        SOFTACL_ASSIGN(step.paste, part(pasteArea, "pasteArea"));
        return launch(place, {"vpc_crop_and_paste", {std::move(step)}});
    });
}

aclError acldvppVpcCropResizePasteAsync(acldvppChannelDesc* channelDesc, acldvppPicDesc* inputDesc,
                                        acldvppPicDesc* outputDesc, acldvppRoiConfig* cropArea,
                                        acldvppRoiConfig* pasteArea, acldvppResizeConfig* resizeConfig,
                                        aclrtStream stream) {
    return entry<row::acldvppVpcCropResizePasteAsync>(channelDesc, inputDesc, outputDesc, cropArea, pasteArea,
                                                      resizeConfig, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(VpcStep step, one_picture(inputDesc, outputDesc));
        SOFTACL_ASSIGN(step.crop, part(cropArea, "cropArea"));
        SOFTACL_ASSIGN(step.paste, part(pasteArea, "pasteArea"));
        SOFTACL_ASSIGN(const uint32_t interpolation, interpolation_of(resizeConfig));
        return launch(place, {"vpc_crop_resize_paste", {std::move(step)}, interpolation});
    });
}

aclError acldvppVpcBatchCropAndPasteAsync(acldvppChannelDesc* channelDesc, acldvppBatchPicDesc* srcBatchPicDesc,
                                          uint32_t* roiNums, uint32_t size, acldvppBatchPicDesc* dstBatchPicDesc,
                                          acldvppRoiConfig* cropAreas[], acldvppRoiConfig* pasteAreas[],
                                          aclrtStream stream) {
    return entry<row::acldvppVpcBatchCropAndPasteAsync>(channelDesc, srcBatchPicDesc, roiNums, size, dstBatchPicDesc,
                                                        cropAreas, pasteAreas, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(auto steps, steps_of(srcBatchPicDesc, roiNums, size, dstBatchPicDesc, cropAreas,
                                            "srcBatchPicDesc", "dstBatchPicDesc"));
        SOFTACL_TRY(paste_to(steps, pasteAreas));
        return launch(place, {"vpc_batch_crop_and_paste", std::move(steps)});
    });
}

aclError acldvppVpcBatchCropResizePasteAsync(acldvppChannelDesc* channelDesc, acldvppBatchPicDesc* srcBatchPicDescs,
                                             uint32_t* roiNums, uint32_t size, acldvppBatchPicDesc* dstBatchPicDescs,
                                             acldvppRoiConfig* cropAreas[], acldvppRoiConfig* pasteAreas[],
                                             acldvppResizeConfig* resizeConfig, aclrtStream stream) {
    return entry<row::acldvppVpcBatchCropResizePasteAsync>(channelDesc, srcBatchPicDescs, roiNums, size,
                                                           dstBatchPicDescs, cropAreas, pasteAreas, resizeConfig,
                                                           stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(const uint32_t interpolation, interpolation_of(resizeConfig));
        SOFTACL_ASSIGN(auto steps, steps_of(srcBatchPicDescs, roiNums, size, dstBatchPicDescs, cropAreas,
                                            "srcBatchPicDescs", "dstBatchPicDescs"));
        SOFTACL_TRY(paste_to(steps, pasteAreas));
        return launch(place, {"vpc_batch_crop_resize_paste", std::move(steps), interpolation});
    });
}

aclError acldvppVpcBatchCropResizeMakeBorderAsync(acldvppChannelDesc* channelDesc,
                                                  acldvppBatchPicDesc* srcBatchPicDescs, uint32_t* roiNums,
                                                  uint32_t size, acldvppBatchPicDesc* dstBatchPicDescs,
                                                  acldvppRoiConfig* cropAreas[], acldvppBorderConfig* borderCfgs[],
                                                  acldvppResizeConfig* resizeConfig, aclrtStream stream) {
    return entry<row::acldvppVpcBatchCropResizeMakeBorderAsync>(channelDesc, srcBatchPicDescs, roiNums, size,
                                                                dstBatchPicDescs, cropAreas, borderCfgs, resizeConfig,
                                                                stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(const uint32_t interpolation, interpolation_of(resizeConfig));
        SOFTACL_ASSIGN(auto steps, steps_of(srcBatchPicDescs, roiNums, size, dstBatchPicDescs, cropAreas,
                                            "srcBatchPicDescs", "dstBatchPicDescs"));
        SOFTACL_TRY(surround_by(steps, borderCfgs));
        return launch(place, {"vpc_batch_crop_resize_make_border", std::move(steps), interpolation});
    });
}

aclError acldvppVpcConvertColorAsync(acldvppChannelDesc* channelDesc, acldvppPicDesc* inputDesc,
                                     acldvppPicDesc* outputDesc, aclrtStream stream) {
    return entry<row::acldvppVpcConvertColorAsync>(channelDesc, inputDesc, outputDesc, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(VpcStep step, one_picture(inputDesc, outputDesc));
        SOFTACL_TRY(media::adopt_size(step));
        VpcRequest request{"vpc_convert_color", {std::move(step)}};
        request.input_sizes = request.output_sizes = {10, 6, 4096, 4096};
        return launch(place, std::move(request));
    });
}

aclError acldvppVpcPyrDownAsync(acldvppChannelDesc* channelDesc, acldvppPicDesc* inputDesc, acldvppPicDesc* outputDesc,
                                void* reserve, aclrtStream stream) {
    return entry<row::acldvppVpcPyrDownAsync>(channelDesc, inputDesc, outputDesc, reserve, stream)([&]() -> Status {
        SOFTACL_ASSIGN(const MediaPlace place, MediaPlace::find(channelDesc, stream));
        SOFTACL_ASSIGN(const VpcStep step, one_picture(inputDesc, outputDesc));
        SOFTACL_ASSIGN(auto task, media::pyramid_task(step));
        return place.launch(media::kVpc, std::move(task));
    });
}
