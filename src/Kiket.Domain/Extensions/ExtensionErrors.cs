using Kiket.Domain.Common;

namespace Kiket.Domain.Extensions;

/// <summary>The refusals about extensions.</summary>
internal static class ExtensionErrors
{
    /// <summary><c>EXTENSION_NOT_FOUND</c>: no such installation that the actor can see.</summary>
    /// <param name="extension">The requested one.</param>
    public static Error NotFound(ExtensionRef extension) =>
        new(ErrorKind.NotFound, "EXTENSION_NOT_FOUND", $"There is no extension {extension}.");

    /// <summary><c>INVALID_PARAMETER</c>: several projects have the extension, so the caller has to name one.</summary>
    /// <param name="extension">The requested one.</param>
    public static Error Ambiguous(ExtensionRef extension) =>
        Error.InvalidParameter(
            "project_id",
            $"{extension} is installed in several projects; specify project_id or the installation's id."
        );

    /// <summary><c>SECRET_NOT_FOUND</c>: none of the scopes that the extension sees has it.</summary>
    /// <param name="key">Its key.</param>
    public static Error SecretNotFound(string key) => new(ErrorKind.NotFound, "SECRET_NOT_FOUND", $"There is no secret {key}.");

    /// <summary><c>SECRET_UNAVAILABLE</c>: it is there, but the keys that decrypt it are not.</summary>
    /// <param name="key">Its key.</param>
    public static Error SecretUnavailable(string key) =>
        new(
            ErrorKind.Conflict,
            "SECRET_UNAVAILABLE",
            $"The secret {key} cannot be decrypted because the server no longer has the encryption key. Store it again."
        );

    /// <summary><c>STORAGE_KEY_NOT_FOUND</c>: the installation keeps nothing under the key.</summary>
    /// <param name="key">The key.</param>
    public static Error ValueNotFound(string key) =>
        new(ErrorKind.NotFound, "STORAGE_KEY_NOT_FOUND", $"There is no value {key}.");

    /// <summary><c>STORAGE_FULL</c>: the installation keeps as many values as it may.</summary>
    public static Error StorageFull =>
        new(ErrorKind.Invalid, "STORAGE_FULL", $"An installation can store at most {StoredValue.MaxValues} values.")
        {
            Details = [new("key", $"An installation can store at most {StoredValue.MaxValues} values.")],
        };

    /// <summary><c>VALIDATION_ERROR</c>: the extension runs inside its host and is not called.</summary>
    /// <param name="key">The manifest's id.</param>
    public static Error NoCallback(string key) =>
        Error.Validation("extension", $"{key} has no callback, so nothing is sent to it.");

    /// <summary><c>FORBIDDEN</c>: a token that ends soon asked for a credential that does not.</summary>
    public static Error KeyOnly =>
        Error.Forbidden("Replacing credentials requires the extension's API key; a runtime token is not enough.");

    /// <summary><c>FORBIDDEN</c>: a user asked for what belongs to an extension.</summary>
    public static Error ExtensionsOnly => Error.Forbidden("Only an extension with its own credentials can do this.");

    /// <summary><c>EXTENSION_INSTALL_FAILED</c>: the manifest is not valid, so nothing is installed or changed.</summary>
    /// <param name="errors">Every error, at least one.</param>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public static Error InstallFailed(IReadOnlyList<ErrorDetail> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        if (errors.Count == 0)
            throw new ArgumentException("At least one error is required.", nameof(errors));
        var (first, message) = (errors[0], errors[0].Message);
        var place = first.Line is { } line ? $"line {line}: " : "";
        return new(
            ErrorKind.Invalid,
            ServerErrorCodes.ExtensionInstallFailed,
            errors.Count == 1 ? place + message : $"{errors.Count} errors. First: {place}{message}"
        )
        {
            Details = errors,
        };
    }
}
