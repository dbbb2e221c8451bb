using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OpenIddict.EntityFrameworkCore;

namespace Kiket.Infrastructure.OAuth;

internal sealed class OAuthTokenConfiguration : IEntityTypeConfiguration<OAuthToken>
{
    public void Configure(EntityTypeBuilder<OAuthToken> builder)
    {
        new OpenIddictEntityFrameworkCoreTokenConfiguration<OAuthToken, OAuthClient, OAuthAuthorization, long>().Configure(
            builder
        );
        builder.ToTable("oauth_tokens");
        builder.HasIndex("AuthorizationId"); // the whole family of a refresh token is revoked at once
        builder.HasIndex(t => t.ExpirationDate); // expired tokens are deleted
    }
}
