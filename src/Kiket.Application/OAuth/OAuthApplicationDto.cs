using System.Text.Json.Serialization;
using Kiket.Domain.OAuth;

namespace Kiket.Application.OAuth;

/// <summary>An application that gets its tokens by OAuth.</summary>
internal sealed record OAuthApplicationDto
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The secret; only in the answer that created it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientSecret { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required IReadOnlyList<string> GrantTypes { get; init; }

    public required IReadOnlyList<string> RedirectUris { get; init; }

    /// <summary>Whether it has no secret, because its users could read it.</summary>
    public required bool Public { get; init; }

    /// <summary>Networks or addresses from which its tokens are accepted; null for everywhere.</summary>
    public required IReadOnlyList<string>? AllowedNetworks { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    internal static OAuthApplicationDto Of(OAuthApplication application, string? secret = null) =>
        new()
        {
            Id = application.Id,
            Name = application.Name,
            ClientId = application.ClientId,
            ClientSecret = secret,
            Scopes = application.Scopes,
            GrantTypes = application.GrantTypes,
            RedirectUris = application.RedirectUris,
            Public = application.IsPublic,
            AllowedNetworks = application.AllowedNetworks,
            CreatedAt = application.CreatedAt,
        };
}
