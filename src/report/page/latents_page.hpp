#pragma once

#include "report/figures/latent_pictures.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace sluice::report {

/// A training at one temperature, as a pool of latents says of it.
struct TemperatureTrial {
    double temperature = 0;  ///< 0: the plain autoencoder
    double error = 0;
    double active = 0;    ///< units
    double informed = 0;  ///< units
};

/// What a pool of latents says of how it was learned and how good it is.
struct LatentsRecord {
    std::string name;  ///< of the file
    std::string method;
    double units = 0, training_rows = 0, encoders = 0;
    double error = 0, error_of_mean_code = 0, error_of_mean_reconstruction = 0, error_of_principal_components = 0;
    double active = 0, active_means = 0, informed = 0, information = 0;
    double temperature = 0;   ///< 0: no encoders were sampled
    double target_error = 0;  ///< 0: none was aimed at
    std::string warning;
    std::vector<TemperatureTrial> trials;
    std::vector<TemperatureTrial> runs;  ///< full trainings at temperatures that trials found
    std::vector<LatentPictures> pictures = {};  ///< where rows are images
};

/// \param text  the JSON in the data set /representation of a pool of latents. Error if it is none, naming the file.
LatentsRecord latents_record(const std::string& name, const std::string& text);

/// Held-out error, and active and informed units, against the temperature: of the trials, and of the full trainings that followed.
Figure temperature_figure(const LatentsRecord& record);

/// One HTML page about pools of latents: a table of errors and units, a figure of the trials of each that made some, and decoded latents of images.
std::string latents_page(const std::vector<LatentsRecord>& records);

}  // namespace sluice::report
