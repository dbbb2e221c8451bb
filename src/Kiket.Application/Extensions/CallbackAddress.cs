using System.Text.RegularExpressions;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Extensions;

/// <summary>
/// The address of a manifest's callback: the operator's values replace <c>${NAME}</c> and <c>${NAME:-otherwise}</c>, and the
/// result must be an address that may be called.
/// </summary>
internal static partial class CallbackAddress
{
    private const string Path = "extension.callback.url";

    public static async Task<Result<string?>> OfAsync(
        ExtensionManifest manifest,
        string? given,
        string organization,
        IExtensionEnvironment environment,
        IOutboundTargets targets,
        CancellationToken ct
    )
    {
        if (manifest.Callback is not { } callback)
            return Result<string?>.From(null);

        List<ErrorDetail> errors = [];
        var url =
            given
            ?? Reference()
                .Replace(
                    callback.Url,
                    match =>
                    {
                        var name = match.Groups["name"].Value;
                        if (environment.FindAddress(organization, name) is { } value)
                            return value;
                        if (match.Groups["otherwise"] is { Success: true } otherwise)
                            return otherwise.Value;
                        errors.Add(
                            new(
                                Path,
                                $"The address refers to {name}, which is not set. "
                                    + "Specify callback_url, or ask the operator to set "
                                    + $"Extensions:Addresses:{organization}:{name}."
                            )
                        );
                        return "";
                    }
                );
        var field = given is null ? Path : "callback_url";
        if (errors.Count == 0 && !IsAddress(url))
            errors.Add(
                new(field, "A callback address must be an absolute http or https address without user name, query or fragment.")
            );
        if (errors.Count == 0 && await targets.ValidateAsync(url, ct) is { } denied)
            errors.Add(new(field, denied));
        return errors.Count > 0 ? ExtensionErrors.InstallFailed(errors) : Result<string?>.From(url.TrimEnd('/'));
    }

    private static bool IsAddress(string text) => Webhook.IsAddress(text) && new Uri(text) is { Fragment: "", Query: "" };

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]{0,99})(:-(?<otherwise>[^}]*))?\}")]
    private static partial Regex Reference();
}
