using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;

namespace Kiket.Application.Tokens;

/// <summary>A token as clients see it (contract, section 2.2).</summary>
internal sealed record TokenDto
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The token itself; only in the response to its creation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Token { get; init; }

    public required string TokenPrefix { get; init; }

    /// <summary>Requests per window; null for the server's default.</summary>
    public required int? RateLimitRequests { get; init; }

    /// <summary>Length of that window in seconds; null for the server's default.</summary>
    public required int? RateLimitWindow { get; init; }

    /// <summary>The networks and addresses from which it is accepted; null for everywhere.</summary>
    public required IReadOnlyList<string>? AllowedNetworks { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required DateTimeOffset? LastUsedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required TokenOwner Owner { get; init; }

    internal static TokenDto Of(AccessToken token, string owner, string? plaintext = null) =>
        new()
        {
            Id = token.Id,
            Name = token.Name,
            Scopes = token.Scopes,
            Token = plaintext,
            TokenPrefix = token.Prefix,
            RateLimitRequests = token.RateLimitRequests,
            RateLimitWindow = token.RateLimitWindowSeconds,
            AllowedNetworks = token.AllowedNetworks,
            ExpiresAt = token.ExpiresAt,
            LastUsedAt = token.LastUsedAt,
            CreatedAt = token.CreatedAt,
            Owner = new(token.UserId, owner),
        };
}

/// <summary>The user who issued a token and whose role it has.</summary>
internal sealed record TokenOwner(UserId Id, string Name);
