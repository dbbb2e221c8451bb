using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Extensions;

/// <summary>A value that an installation keeps for itself under a key.</summary>
internal sealed class StoredValue : AggregateRoot<long>
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>Largest value, in bytes; see <see cref="JsonValues.SizeOf(System.Text.Json.JsonElement)"/>.</summary>
    public const int MaxBytes = 65_536;

    /// <summary>Most values of an installation.</summary>
    public const int MaxValues = 1_000;

    private StoredValue() { }

    /// <summary>The installation.</summary>
    public ExtensionId ExtensionId { get; private set; }

    /// <summary>The key: letters, digits, <c>.</c>, <c>_</c>, <c>:</c> and <c>-</c>.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The value as JSON.</summary>
    public string Json { get; private set; } = "null";

    /// <summary>Its size in bytes; see <see cref="JsonValues.SizeOf(System.Text.Json.JsonElement)"/>.</summary>
    public int SizeBytes { get; private set; }

    /// <summary>Keeps a value under a new key.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="extensionId">The installation.</param>
    /// <param name="key">The key.</param>
    /// <param name="json">The value as JSON.</param>
    /// <param name="at">Instant of the keeping.</param>
    /// <returns>The value; <c>INVALID_PARAMETER</c> for a malformed key; <c>STORAGE_VALUE_TOO_LARGE</c>.</returns>
    public static Result<StoredValue> Keep(
        OrganizationId organizationId,
        ExtensionId extensionId,
        string key,
        string json,
        DateTimeOffset at
    )
    {
        if (!IsKey(key))
            return Error.InvalidParameter(
                "key",
                $"A key must be 1 to {MaxKeyLength} letters, digits, dots, underscores, colons and hyphens."
            );
        var value = new StoredValue
        {
            OrganizationId = organizationId,
            ExtensionId = extensionId,
            Key = key,
        };
        if (value.Take(json).Error is { } refusal)
            return refusal;
        value.Created(at);
        return value;
    }

    /// <summary>Replaces the value.</summary>
    /// <param name="json">The new value as JSON.</param>
    /// <param name="at">Instant of the replacement.</param>
    /// <returns>Success, or <c>STORAGE_VALUE_TOO_LARGE</c>; a refusal changes nothing.</returns>
    public Result Replace(string json, DateTimeOffset at)
    {
        if (Take(json).Error is { } refusal)
            return refusal;
        Touch(at);
        return Result.Success;
    }

    /// <summary>Whether a text is a key.</summary>
    /// <param name="text">The text.</param>
    public static bool IsKey(string? text) =>
        text is { Length: > 0 and <= MaxKeyLength }
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-');

    private Result Take(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var size = JsonValues.SizeOf(JsonElement.Parse(json));
        if (size > MaxBytes)
        {
            var message = $"A value can have at most {MaxBytes} bytes; this one has {size}.";
            return new Error(ErrorKind.Invalid, ServerErrorCodes.StorageValueTooLarge, message)
            {
                Details = [new("value", message)],
            };
        }

        (Json, SizeBytes) = (json, (int)size);
        return Result.Success;
    }
}
