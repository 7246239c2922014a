#pragma once

#include "report/plot/figure.hpp"

#include <string>
#include <vector>

namespace sluice::report {

/// Images side by side, as a pool of latents has them.
struct LatentPictures {
    std::string name;  ///< "reconstruction", "interpolation", "generation"
    double lines = 0, columns = 0;
    double height = 0, width = 0;  ///< pixels of one image
    std::string png;               ///< of all, without gaps; a file in base64
};

/// \param text  the JSON in the data set /pictures of a pool of latents. Error if it is none, naming the file.
std::vector<LatentPictures> latent_pictures(const std::string& name, const std::string& text);

Figure picture_figure(const LatentPictures& pictures);

}  // namespace sluice::report
